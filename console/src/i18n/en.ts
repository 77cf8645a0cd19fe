import accounts from './locales/en/accounts.json'
import common from './locales/en/common.json'
import home from './locales/en/home.json'
import live from './locales/en/live.json'
import login from './locales/en/login.json'
import settings from './locales/en/settings.json'
import shell from './locales/en/shell.json'
import sources from './locales/en/sources.json'
import sql from './locales/en/sql.json'

export default { ...common, accounts, home, live, login, settings, shell, sources, sql }
