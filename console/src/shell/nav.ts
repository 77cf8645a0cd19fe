import { Building2, Cable, ChartLine, Gem, House, LayoutDashboard, ListTree, Radio, Settings, ShieldAlert, SquareTerminal, Star, Tags, Target, UsersRound, type LucideIcon } from 'lucide-react'
import type { ParseKeys } from 'i18next'

export interface NavPage {
  to: '/' | '/profiles' | '/segments' | '/traits' | '/accounts' | '/live' | '/events' | '/quarantine' | '/sources' | '/insights' | '/dashboards' | '/value' | '/north-star' | '/sql' | '/settings'
  title: ParseKeys
  icon: LucideIcon
  /** `g` and then this key jumps here. */
  jump: string
}

export interface NavGroup {
  title?: ParseKeys
  pages: readonly NavPage[]
}

/** The sidebar, the palette and the keyboard help all read this. Only pages that exist. */
export const NAV: readonly NavGroup[] = [
  { pages: [{ to: '/', title: 'home.title', icon: House, jump: 'h' }] },
  {
    title: 'shell.group.people',
    pages: [
      { to: '/profiles', title: 'profiles.title', icon: UsersRound, jump: 'p' },
      { to: '/segments', title: 'segments.title', icon: Target, jump: 'm' },
      { to: '/traits', title: 'traits.title', icon: Tags, jump: 't' },
      { to: '/accounts', title: 'accounts.title', icon: Building2, jump: 'a' },
    ],
  },
  {
    title: 'shell.group.data',
    pages: [
      { to: '/live', title: 'live.title', icon: Radio, jump: 'l' },
      { to: '/events', title: 'events.title', icon: ListTree, jump: 'e' },
      { to: '/sources', title: 'sources.title', icon: Cable, jump: 's' },
      { to: '/quarantine', title: 'quarantine.title', icon: ShieldAlert, jump: 'x' },
    ],
  },
  {
    title: 'shell.group.insights',
    pages: [
      { to: '/insights', title: 'insights.title', icon: ChartLine, jump: 'i' },
      { to: '/dashboards', title: 'dashboards.title', icon: LayoutDashboard, jump: 'd' },
      { to: '/value', title: 'value.title', icon: Gem, jump: 'v' },
      { to: '/north-star', title: 'northstar.title', icon: Star, jump: 'n' },
      { to: '/sql', title: 'sql.title', icon: SquareTerminal, jump: 'q' },
    ],
  },
  { pages: [{ to: '/settings', title: 'settings.title', icon: Settings, jump: ',' }] },
]

export const PAGES: readonly NavPage[] = NAV.flatMap((group) => group.pages)
