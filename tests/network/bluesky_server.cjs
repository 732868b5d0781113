// A real PDS and PLC of @atproto/dev-env on 127.0.0.1, for the tests, and beside them a stand-in for the AppView.
//
//   node bluesky_server.cjs PACKAGES DATA      PACKAGES: the folder that install_pds.sh filled; DATA: an empty folder
//
// prints one line of JSON once it is ready: {"pds": port, "control": port}. It lives as long as somebody holds a
// connection to the control port open, which also takes lines: "kill" (SIGKILL to the PDS), "start" (on its data).
//
// By hand, with PostgreSQL and Redis at hand, the same tests run against the real AppView: it prints the same line,
// and with that line in BLUESKY_NETWORK pytest takes it in place of a server of its own.
//
//   DB_POSTGRES_URL=… REDIS_HOST=… node bluesky_server.cjs PACKAGES DATA network
'use strict'
const { spawn } = require('node:child_process')
const { createRequire } = require('node:module')
const fs = require('node:fs')
const http = require('node:http')
const net = require('node:net')
const path = require('node:path')

// dev-env listens on all interfaces: whatever listens here does so on loopback only
const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (where, ...rest) {
  const named = where !== null && typeof where === 'object' ? where : { port: Number(where) || 0 }
  return listen.call(this, { port: named.port ?? 0, host: '127.0.0.1' }, rest.find((one) => typeof one === 'function'))
}

const [packages, data, role, ports] = process.argv.slice(2)
const load = (name) => createRequire(path.join(path.resolve(packages), 'package.json'))(name)
const FIXED = { rotation: '1'.repeat(64), recovery: 'did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme' }
const LINGER = 3000

if (role === 'pds') pds(JSON.parse(ports))
else if (role === 'network') network()
else world()

// The PDS: a process of its own, so that it can be killed

async function pds({ port, plc, appview }) {
  const { TestPds } = load('@atproto/dev-env/dist/pds.js')
  fs.mkdirSync(path.join(data, 'pds'), { recursive: true })
  await TestPds.create({
    port,
    dataDirectory: path.join(data, 'pds'),
    blobstoreDiskLocation: path.join(data, 'blobs'),
    plcRotationKeyK256PrivateKeyHex: FIXED.rotation,
    recoveryDidKey: FIXED.recovery,
    didPlcUrl: `http://127.0.0.1:${plc}`,
    bskyAppViewUrl: `http://127.0.0.1:${appview}`,
    bskyAppViewDid: 'did:web:appview.test',
  })
  process.send('ready')
  process.on('disconnect', () => process.exit(0))
}

// Everything real, for as long as it is left running; "settle": the AppView has heard of all that was written

async function network() {
  const { TestNetwork } = load('@atproto/dev-env')
  const whole = await TestNetwork.create({ dbPostgresSchema: 'portevoix' })
  const control = await serve(net.createServer(held({ settle: () => whole.processAll() })))
  console.log(JSON.stringify({ pds: whole.pds.port, control, lags: 1 }))
}

// All that is not killed

async function world() {
  const { TestPlc } = load('@atproto/dev-env/dist/plc.js')
  const [port, plc] = [await freePort(), await freePort()]
  const appview = await serve(http.createServer(answered(port)))
  let child = null
  const start = () =>
    new Promise((ready) => {
      const told = JSON.stringify({ port, plc, appview })
      const stdio = ['ignore', 'ignore', 'inherit', 'ipc']
      child = spawn(process.execPath, [__filename, packages, data, 'pds', told], { stdio })
      child.once('message', ready)
    })
  const kill = () =>
    new Promise((gone) => {
      child.once('exit', gone)
      child.kill('SIGKILL')
    })
  await Promise.all([TestPlc.create({ port: plc }), start()])
  const control = await serve(net.createServer(held({ kill, start }, () => end(child))))
  console.log(JSON.stringify({ pds: port, control }))
}

function end(child) {
  child?.kill('SIGKILL')
  process.exit(0)
}

function held(verbs, unheld = () => {}) {
  let holders = 0
  let last = setTimeout(unheld, 20 * LINGER)
  return (socket) => {
    holders += 1
    clearTimeout(last)
    socket.on('data', async (line) => {
      await verbs[String(line).trim()]?.()
      socket.write('done\n')
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      holders -= 1
      if (holders === 0) last = setTimeout(unheld, LINGER)
    })
  }
}

// The AppView's stand-in: no index, it reads the PDS at every call. What it answers is shaped after
// @atproto/bsky 0.0.221: getPostThread (gates and blocks included) and listNotifications.

const POST = 'app.bsky.feed.post'

function answered(port) {
  return async (request, response) => {
    const url = new URL(request.url, 'http://appview.test')
    let [status, body] = [501, { error: 'MethodNotImplemented', message: 'Method Not Implemented' }]
    try {
      const call = CALLS[url.pathname.slice('/xrpc/'.length)]
      if (call) [status, body] = [200, await call(reader(port), url.searchParams, viewer(request))]
    } catch (error) {
      ;[status, body] = error.told ?? [500, { error: 'InternalServerError', message: String(error) }]
    }
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' })
    response.end(JSON.stringify(body))
  }
}

const CALLS = {
  'app.bsky.feed.getPostThread': async (read, asked, me) => {
    const uri = await read.canonical(asked.get('uri'))
    const view = uri && (await read.post(uri, me))
    if (!view) throw refused('NotFound', `Post not found: ${asked.get('uri')}`)
    const { blocking, blockedBy } = view.author.viewer
    if (!blocking && !blockedBy) return { thread: { $type: 'app.bsky.feed.defs#threadViewPost', post: view } }
    const author = { did: view.author.did, viewer: view.author.viewer }
    return { thread: { $type: 'app.bsky.feed.defs#blockedPost', uri: view.uri, blocked: true, author } }
  },
  'app.bsky.notification.listNotifications': async (read, asked, me) => {
    const [limit, reasons, before] = [Number(asked.get('limit') ?? 50), asked.getAll('reasons'), asked.get('cursor')]
    const all = (await read.addressed(me)).filter((one) => !reasons.length || reasons.includes(one.reason))
    const rest = before ? all.filter((one) => one.indexedAt < before) : all
    const notifications = rest.slice(0, limit)
    const more = rest.length > limit ? { cursor: notifications.at(-1).indexedAt } : {}
    return { notifications, ...more, priority: false }
  },
}

const handles = new Map()
const refused = (error, message) => Object.assign(new Error(error), { told: [400, { error, message }] })

function viewer(request) {
  const token = (request.headers.authorization ?? '').split('.')[1]
  return token ? JSON.parse(Buffer.from(token, 'base64url')).iss : null
}

function reader(port) {
  const ask = async (name, asked) => {
    const answer = await fetch(`http://127.0.0.1:${port}/xrpc/${name}?${new URLSearchParams(asked)}`)
    return answer.ok ? answer.json() : null
  }
  const list = async (repo, collection) =>
    (await ask('com.atproto.repo.listRecords', { repo, collection, limit: 100 }))?.records ?? []
  const record = (uri) => {
    const [repo, collection, rkey] = uri.slice('at://'.length).split('/')
    return ask('com.atproto.repo.getRecord', { repo, collection, rkey })
  }
  const blocks = async (who, whom) =>
    (await list(who, 'app.bsky.graph.block')).find((one) => one.value.subject === whom)?.uri
  const handleOf = async (did) => {
    if (!handles.has(did)) handles.set(did, (await ask('com.atproto.repo.describeRepo', { repo: did }))?.handle)
    return handles.get(did)
  }
  const gated = async (held, me) => {
    const root = held.value.reply?.root.uri ?? held.uri
    const allow = (await record(root.replace(POST, 'app.bsky.feed.threadgate')))?.value.allow
    return allow !== undefined && !root.startsWith(`at://${me}/`) && !(await named(root, allow, me))
  }
  const named = async (root, allow, me) =>
    allow.some((rule) => rule.$type === 'app.bsky.feed.threadgate#mentionRule') &&
    mentions((await record(root))?.value ?? {}, me)
  const view = async (held, me) => {
    const did = held.uri.split('/')[2]
    const states = { blocking: await blocks(me, did), blockedBy: Boolean(await blocks(did, me)) }
    const author = { did, handle: await handleOf(did), viewer: { muted: false, ...states } }
    const viewer = (await gated(held, me)) ? { replyDisabled: true } : {}
    const { uri, cid, value } = held
    return { uri, cid, author, record: value, indexedAt: value.createdAt, viewer }
  }
  const reasonOf = (value, me) =>
    value.reply?.parent.uri.startsWith(`at://${me}/`) ? 'reply' : mentions(value, me) ? 'mention' : null
  return {
    canonical: async (uri) => {
      const [who, ...rest] = uri.slice('at://'.length).split('/')
      const did = who.startsWith('did:') ? who : (await ask('com.atproto.identity.resolveHandle', { handle: who }))?.did
      return did && ['at:/', did, ...rest].join('/')
    },
    post: async (uri, me) => {
      const held = await record(uri)
      return held && view(held, me)
    },
    addressed: async (me) => {
      const repos = (await ask('com.atproto.sync.listRepos', { limit: 1000 }))?.repos ?? []
      const posts = (await Promise.all(repos.filter((one) => one.did !== me).map((one) => list(one.did, POST)))).flat()
      const told = posts.map((held) => ({ held, reason: reasonOf(held.value, me) })).filter((one) => one.reason)
      const shown = told.map(async ({ held: { uri, cid, value }, reason }) => {
        const did = uri.split('/')[2]
        const author = { did, handle: await handleOf(did) }
        return { uri, cid, author, reason, record: value, isRead: false, indexedAt: value.createdAt }
      })
      return (await Promise.all(shown)).sort((a, b) => (a.indexedAt < b.indexedAt ? 1 : -1))
    },
  }
}

function mentions(value, did) {
  return (value.facets ?? []).some((facet) => facet.features.some((feature) => feature.did === did))
}

function serve(server) {
  return new Promise((ready) => server.listen(0, () => ready(server.address().port)))
}

async function freePort() {
  const server = net.createServer()
  const port = await serve(server)
  await new Promise((closed) => server.close(closed))
  return port
}
