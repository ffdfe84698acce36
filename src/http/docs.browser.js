/** Runs in the browser, at /docs: Swagger UI over the API document, with a way to upload a strategy from its file. */

/** The calls that take a source. */
const UPLOADS = new Set(['post /strategies/modules', 'put /strategies/modules/{name}'])

/** Puts a button above the body of an upload: nobody writes a file as a JSON string. */
const fromFile = ({ React }) => ({
  wrapComponents: {
    RequestBody: (Body) => (props) => {
      const [, path, method] = props.specPath.toArray()
      const body = React.createElement(Body, props)
      if (!props.isExecute || !UPLOADS.has(`${method} ${path}`)) return body
      const choose = async ({ target }) => {
        const [file] = target.files
        if (!file) return
        props.onChange(JSON.stringify({ source: await file.text(), filename: file.name }, null, 2))
      }
      const input = React.createElement('input', { type: 'file', accept: '.js,.cjs', onChange: choose })
      const label = React.createElement('label', { className: 'from-file' }, 'Take the source from a file ', input)
      return React.createElement('div', null, label, body)
    },
  },
})

document.documentElement.classList.toggle('dark-mode', matchMedia('(prefers-color-scheme: dark)').matches)
SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#ui',
  validatorUrl: null,
  deepLinking: true,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  plugins: [fromFile],
})
