/** Whether whoever has made a call may still have its answer, where that takes long to come to its end. */

const admissions = new WeakMap<Request, () => boolean>()

export function rememberAdmission(request: Request, holds: () => boolean): void {
  admissions.set(request, holds)
}

/** False once the token of the call was revoked. */
export const isStillAdmitted = (request: Request): boolean => admissions.get(request)?.() ?? true
