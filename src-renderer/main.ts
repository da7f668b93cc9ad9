import './bridge/mend-zod.ts'
import './styles/index.css'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { createBridge } from './bridge/bridge.ts'
import { uncaughtErrors } from './components/shell/uncaught-errors.ts'
import { i18n } from './i18n.ts'
import { makeRouter } from './router.ts'
import { startStores } from './stores/start-stores.ts'

const pinia = createPinia()
const app = createApp(App)
app.use(pinia).use(i18n).use(makeRouter())
void startStores(pinia, createBridge(window), (report) => {
  app.config.errorHandler = uncaughtErrors(report)
})
app.mount('#app')
