// What Bluesky's own app makes of texts: node bluesky_app.cjs PACKAGES < ["text", …] > [{facets, graphemes, bytes}, …]
'use strict'
const { readFileSync } = require('node:fs')
const { createRequire } = require('node:module')
const path = require('node:path')

const load = createRequire(path.join(path.resolve(process.argv[2]), 'package.json'))
const { UnicodeString } = load('@atproto/api')
const { detectFacets } = load('@atproto/api/dist/rich-text/detection.js')

const told = JSON.parse(readFileSync(0, 'utf8')).map((text) => {
  const string = new UnicodeString(text)
  const { graphemeLength: graphemes, length: bytes } = string
  return { facets: detectFacets(string) ?? [], graphemes, bytes }
})
process.stdout.write(JSON.stringify(told))
