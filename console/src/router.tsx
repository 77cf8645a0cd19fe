import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router'

import { ApiError, queryString } from './api/client'
import { sessionQuery } from './api/queries'
import { NotFound, PageError, PagePending } from './shell/fallbacks'
import { Shell } from './shell/Shell'
import { search } from './search'

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: (error) => void signInAgain(error) }),
  mutationCache: new MutationCache({ onError: (error) => void askRoleAgain(error) }),
  defaultOptions: {
    queries: {
      staleTime: 5000,
      retry: (count, error) => count < 2 && error instanceof ApiError && (error.status === 0 || error.status >= 502),
    },
  },
})

const root = createRootRouteWithContext<{ queries: QueryClient }>()({ notFoundComponent: NotFound })

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: search({ token: '', next: '' }),
  component: lazyRouteComponent(() => import('./pages/login/LoginPage'), 'LoginPage'),
})

const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  beforeLoad: async ({ context, location }) => {
    try {
      await context.queries.ensureQueryData(sessionQuery)
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error
      throw redirect({ to: '/login', search: { next: location.href } })
    }
  },
  component: Shell,
})

const home = createRoute({
  getParentRoute: () => shell,
  path: '/',
  component: lazyRouteComponent(() => import('./pages/home/HomePage'), 'HomePage'),
})

const segments = createRoute({
  getParentRoute: () => shell,
  path: '/segments',
  validateSearch: search({ q: '', sort: '' }),
  component: lazyRouteComponent(() => import('./pages/segments/SegmentsPage'), 'SegmentsPage'),
})

const newSegment = createRoute({
  getParentRoute: () => shell,
  // No key of a segment begins so.
  path: '/segments/~new',
  component: lazyRouteComponent(() => import('./pages/segments/NewSegmentPage'), 'NewSegmentPage'),
})

const segment = createRoute({
  getParentRoute: () => shell,
  path: '/segments/$key/{-$tab}',
  validateSearch: search({ person: '' }),
  component: lazyRouteComponent(() => import('./pages/segments/SegmentPage'), 'SegmentPage'),
})

const traits = createRoute({
  getParentRoute: () => shell,
  path: '/traits',
  validateSearch: search({ q: '', sort: '' }),
  component: lazyRouteComponent(() => import('./pages/traits/TraitsPage'), 'TraitsPage'),
})

const newTrait = createRoute({
  getParentRoute: () => shell,
  path: '/traits/~new',
  component: lazyRouteComponent(() => import('./pages/traits/NewTraitPage'), 'NewTraitPage'),
})

const trait = createRoute({
  getParentRoute: () => shell,
  path: '/traits/$key',
  component: lazyRouteComponent(() => import('./pages/traits/TraitPage'), 'TraitPage'),
})

const live = createRoute({
  getParentRoute: () => shell,
  path: '/live',
  validateSearch: search({ q: '', source: '', type: '', status: '', open: '' }),
  component: lazyRouteComponent(() => import('./pages/live/LivePage'), 'LivePage'),
})

const profiles = createRoute({
  getParentRoute: () => shell,
  path: '/profiles',
  validateSearch: search({ q: '', known: '', brand: '', source: '', sort: '' }),
  component: lazyRouteComponent(() => import('./pages/profiles/ProfilesPage'), 'ProfilesPage'),
})

const profile = createRoute({
  getParentRoute: () => shell,
  path: '/profiles/$ref/{-$tab}',
  validateSearch: search({ type: '', event: '', source: '', open: '', a: '', b: '', trait: '' }),
  component: lazyRouteComponent(() => import('./pages/profile/ProfilePage'), 'ProfilePage'),
})

const events = createRoute({
  getParentRoute: () => shell,
  path: '/events',
  validateSearch: search({ q: '', type: '', source: '', sort: '', open: '', days: '' }),
  component: lazyRouteComponent(() => import('./pages/events/EventsPage'), 'EventsPage'),
})

const quarantine = createRoute({
  getParentRoute: () => shell,
  path: '/quarantine',
  validateSearch: search({ reason: '', source: '', status: '', open: '' }),
  component: lazyRouteComponent(() => import('./pages/quarantine/QuarantinePage'), 'QuarantinePage'),
})

const sources = createRoute({
  getParentRoute: () => shell,
  path: '/sources',
  validateSearch: search({ open: '' }),
  component: lazyRouteComponent(() => import('./pages/sources/SourcesPage'), 'SourcesPage'),
})

const accounts = createRoute({
  getParentRoute: () => shell,
  path: '/accounts',
  validateSearch: search({ q: '', open: '' }),
  component: lazyRouteComponent(() => import('./pages/accounts/AccountsPage'), 'AccountsPage'),
})

const insights = createRoute({
  getParentRoute: () => shell,
  path: '/insights',
  validateSearch: search({ q: '', saved: '', view: '', cell: '', who: '', list: '' }),
  component: lazyRouteComponent(() => import('./pages/insights/InsightsPage'), 'InsightsPage'),
})

const dashboards = createRoute({
  getParentRoute: () => shell,
  path: '/dashboards',
  validateSearch: search({ q: '' }),
  component: lazyRouteComponent(() => import('./pages/dashboards/DashboardsPage'), 'DashboardsPage'),
})

const dashboard = createRoute({
  getParentRoute: () => shell,
  path: '/dashboards/$key',
  validateSearch: search({ from: '', to: '', segment: '', where: '', edit: '', list: '' }),
  component: lazyRouteComponent(() => import('./pages/dashboards/DashboardPage'), 'DashboardPage'),
})

const value = createRoute({
  getParentRoute: () => shell,
  path: '/value',
  validateSearch: search({ tab: '', class: '', days: '', forecast: '', rule: '', span: '', segment: '', k: '', model: '' }),
  component: lazyRouteComponent(() => import('./pages/value/ValuePage'), 'ValuePage'),
})

const northStar = createRoute({
  getParentRoute: () => shell,
  path: '/north-star',
  validateSearch: search({ key: '', q: '', edit: '', view: '', at: '', metric: '', cell: '', who: '' }),
  component: lazyRouteComponent(() => import('./pages/northstar/NorthStarPage'), 'NorthStarPage'),
})

const sql = createRoute({
  getParentRoute: () => shell,
  path: '/sql',
  validateSearch: search({ query: '' }),
  component: lazyRouteComponent(() => import('./pages/sql/SqlPage'), 'SqlPage'),
})

const settings = createRoute({
  getParentRoute: () => shell,
  path: '/settings',
  validateSearch: search({ tab: '' }),
  component: lazyRouteComponent(() => import('./pages/settings/SettingsPage'), 'SettingsPage'),
})

export const router = createRouter({
  routeTree: root.addChildren([login, shell.addChildren([home, profiles, profile, segments, newSegment, segment, traits, newTrait, trait, live, events, quarantine, sources, accounts, insights, dashboards, dashboard, value, northStar, sql, settings])]),
  context: { queries: queryClient },
  defaultPreload: 'intent',
  defaultPendingComponent: PagePending,
  defaultPendingMs: 150,
  defaultErrorComponent: PageError,
  scrollRestoration: true,
  // Every search parameter is a string: `?open=57`, not `?open=%2257%22`.
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (values) => queryString(values),
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}

async function signInAgain(error: Error): Promise<void> {
  const expired = error instanceof ApiError && error.status === 401
  const here = router.state.location
  if (!expired || here.pathname === '/login' || !queryClient.getQueryData(sessionQuery.queryKey)) return
  queryClient.removeQueries({ queryKey: sessionQuery.queryKey })
  await router.navigate({ to: '/login', search: { next: here.href } })
}

/** What a reader may do can have changed since the page was opened. */
async function askRoleAgain(error: Error): Promise<void> {
  if (error instanceof ApiError && error.code === 'forbidden') await queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey })
}
