import { createRouter, createWebHashHistory, type Router } from 'vue-router'
import StartView from './views/start/StartView.vue'

declare module 'vue-router' {
  interface RouteMeta {
    /** The rail icon that is current. */
    rail?: string
    needsProject?: boolean
  }
}

/** Hash history: the same addresses work under `lectern://` and on the local host. `rail` names the rail's current icon. */
export function makeRouter(): Router {
  return createRouter({
    history: createWebHashHistory(),
    routes: [
      { path: '/', redirect: '/start' },
      { path: '/start', name: 'start', component: StartView, meta: { rail: 'start' } },
      {
        path: '/label/:sceneId?',
        name: 'label',
        component: () => import('./views/label/LabelView.vue'),
        meta: { rail: 'label', needsProject: true },
      },
      {
        path: '/review',
        name: 'review',
        component: () => import('./views/review/ReviewView.vue'),
        meta: { rail: 'review', needsProject: true },
      },
      {
        path: '/analyse',
        name: 'analyse',
        component: () => import('./views/analyse/AnalyseView.vue'),
        meta: { rail: 'analyse', needsProject: true },
      },
      {
        path: '/models',
        name: 'models',
        component: () => import('./views/models/ModelsView.vue'),
        meta: { rail: 'models', needsProject: true },
      },
      {
        path: '/train',
        name: 'train',
        component: () => import('./views/train/TrainView.vue'),
        meta: { rail: 'train', needsProject: true },
      },
      {
        path: '/reports',
        name: 'reports',
        component: () => import('./views/reports/ReportsView.vue'),
        meta: { rail: 'reports', needsProject: true },
      },
      {
        path: '/settings',
        name: 'settings',
        component: () => import('./views/settings/SettingsView.vue'),
        meta: { rail: 'settings' },
      },
      { path: '/:rest(.*)*', redirect: '/start' },
    ],
  })
}
