/**
 * What a report of a backtest may do, which draws itself by its own script, of what strategies and files are called. Whatever
 * that is, it is of no origin: it has neither the token of a page nor what this origin may call, and asks for nothing.
 */

/** @param frames who may have it in a frame, in the words of a content security policy. */
export const reportPolicy = (frames: "'none'" | "'self'"): string =>
  [
    'sandbox allow-scripts',
    "default-src 'none'",
    "script-src 'unsafe-inline'",
    "style-src 'unsafe-inline'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${frames}`,
  ].join('; ')
