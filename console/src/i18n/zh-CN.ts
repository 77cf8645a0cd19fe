import accounts from './locales/zh-CN/accounts.json'
import common from './locales/zh-CN/common.json'
import home from './locales/zh-CN/home.json'
import live from './locales/zh-CN/live.json'
import login from './locales/zh-CN/login.json'
import settings from './locales/zh-CN/settings.json'
import shell from './locales/zh-CN/shell.json'
import sources from './locales/zh-CN/sources.json'
import sql from './locales/zh-CN/sql.json'

export default { ...common, accounts, home, live, login, settings, shell, sources, sql }
