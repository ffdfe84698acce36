/** Where the console begins. */
import { render } from 'preact'
import { followSystem } from '../../looks/theme'
import { recallToken } from './api/session'
import { App } from './app'
import { listenToKeys } from './keys'
import { followAddress } from './route'

recallToken()
followAddress()
followSystem()
listenToKeys()
const host = document.getElementById('console')
if (host) render(<App />, host)
