/// <reference types="vite/client" />

declare module '*.vue' {
  import type { DefineComponent } from 'vue'
  const component: DefineComponent<object, object, unknown>
  export default component
}

interface Window {
  /** Exposed by the preload in Electron; absent in a browser. */
  readonly lectern?: import('./bridge/bridge.ts').PreloadBridge
}
