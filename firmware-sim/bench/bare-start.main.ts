import { Aedes } from 'aedes'
import Database from 'better-sqlite3'
import { createServer } from 'node:net'

/**
 * The reference for a cold start: opens the database, starts the broker library, and acknowledges what it has
 * committed. Reads nothing, checks nothing. Usage: node bare-start.main.ts <database> <port>
 */
const [path = '', port = ''] = process.argv.slice(2)
const db = new Database(path)
db.pragma('locking_mode = EXCLUSIVE')
db.pragma('journal_mode = WAL')
db.pragma('synchronous = FULL')
const add = db.prepare<[number, string]>(
  "INSERT INTO outbox (type, at, device, late, body) VALUES ('bench', ?, NULL, 0, ?)",
)
const aedes = await Aedes.createBroker({
  authorizePublish(_client, { payload }, done) {
    add.run(Date.now(), payload.toString())
    done(null)
  },
})
createServer({ noDelay: true }, aedes.handle).listen(Number(port), '127.0.0.1')
