/** Files that are imported as text. */
declare module '*/look.css' {
  const text: string
  export default text
}

declare module '*/page.css' {
  const text: string
  export default text
}
