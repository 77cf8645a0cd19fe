import accounts from './locales/ar/accounts.json'
import common from './locales/ar/common.json'
import home from './locales/ar/home.json'
import live from './locales/ar/live.json'
import login from './locales/ar/login.json'
import settings from './locales/ar/settings.json'
import shell from './locales/ar/shell.json'
import sources from './locales/ar/sources.json'
import sql from './locales/ar/sql.json'

export default { ...common, accounts, home, live, login, settings, shell, sources, sql }
