/** What a caller's role lets it do: one table of all calls. The API document and the gate are made from it. */
import { ROLES, type Role } from '../schema/roles'

/** What a call needs; `open`: no token at all. */
export type Need = Role | 'open'

const NEEDS: Readonly<Record<string, Need>> = {
  // Load balancers and supervisors ask without a token
  getHealth: 'open',
  getReadiness: 'open',

  listStrategies: 'read',
  getStrategy: 'read',
  listModules: 'read',
  getModule: 'read',
  getModuleSource: 'read',
  getTagHistory: 'read',
  listRollouts: 'read',
  getRollout: 'read',
  getModuleUsage: 'read',
  exportRegistry: 'read',
  listInstances: 'read',
  getInstance: 'read',
  listOrders: 'read',
  listExecutions: 'read',
  listBalances: 'read',
  listLogs: 'read',
  listInputs: 'read',
  exportInputs: 'read',
  listPositions: 'read',
  getEquity: 'read',
  getPortfolio: 'read',
  streamEvents: 'read',
  streamInstance: 'read',
  listAdapters: 'read',
  getAdapter: 'read',
  listProviders: 'read',
  getProvider: 'read',
  listProviderBalances: 'read',
  listAlerts: 'read',
  listBacktests: 'read',
  getBacktest: 'read',
  getBacktestResult: 'read',
  getBacktestReport: 'read',
  listBacktestData: 'read',
  getRisk: 'read',
  getRetention: 'read',
  getMetrics: 'read',
  // An auditor must not need a token that can trade
  listAudit: 'read',
  getCaller: 'read',

  uploadModule: 'operate',
  replaceModule: 'operate',
  moveTag: 'operate',
  rollbackTag: 'operate',
  deleteTag: 'operate',
  promoteRollout: 'operate',
  pauseRollout: 'operate',
  resumeRollout: 'operate',
  abortRollout: 'operate',
  refreshStrategies: 'operate',
  createInstance: 'operate',
  replaceInstance: 'operate',
  removeInstance: 'operate',
  startInstance: 'operate',
  stopInstance: 'operate',
  flattenInstance: 'operate',
  // it holds the program and its config
  archiveInputs: 'operate',
  placeOrder: 'operate',
  requestBacktest: 'operate',
  cancelBacktest: 'operate',
  removeBacktest: 'operate',
  startProvider: 'operate',
  stopProvider: 'operate',
  killTrading: 'operate',
  resumeTrading: 'operate',

  // What cannot be undone, what holds the keys of an exchange, and what limits those who trade
  deleteModule: 'admin',
  takeBackup: 'admin',
  restoreBackup: 'admin',
  createProvider: 'admin',
  replaceProvider: 'admin',
  removeProvider: 'admin',
  setRiskLimits: 'admin',
  pruneHistory: 'admin',
}

/** @param operationId of the call; what is in no document (Swagger UI and the document itself) has none and is open. */
export function needOf(operationId: string | undefined): Need {
  return operationId === undefined ? 'open' : (NEEDS[operationId] ?? 'admin')
}

/** Whether a role may do what needs another. */
export function suffices(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed)
}

/** Whether there is such a call, and the role may make it. */
export function holdsNeed(role: Role, operationId: string): boolean {
  const need = Object.hasOwn(NEEDS, operationId) ? needOf(operationId) : undefined
  return need === 'open' || (need !== undefined && suffices(role, need))
}
