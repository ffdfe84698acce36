declare module 'swagger-ui-dist/swagger-ui-bundle.js' {
  /** Where the file lies, also inside the compiled program. */
  const path: string
  export default path
}

declare module 'swagger-ui-dist/swagger-ui.css' {
  const path: string
  export default path
}

declare module '*.browser.js' {
  /** The source itself. */
  const text: string
  export default text
}
