#!/usr/bin/env bash
# Bluesky's own server, for the tests of bot/network/bluesky: kept outside the checkout, once per machine and version.
# Without Node 20 or newer those tests are skipped with that reason; nothing else needs it.
set -euo pipefail
version=0.3.215
if ! command -v npm >/dev/null || [ "$(node -p 'process.versions.node.split(".")[0]')" -lt 20 ]; then
    echo "no Node 20 here: the tests against Bluesky's server will be skipped"
    exit 0
fi
# its SQLite is compiled for one Node: another Node is another folder
folder="${XDG_CACHE_HOME:-$HOME/.cache}/portevoix/pds-$version-node$(node -p process.versions.modules)"
if [ ! -e "$folder/ready" ]; then
    mkdir -p "$folder"
    echo '{"private": true, "allowScripts": {"better-sqlite3": true}}' >"$folder/package.json"
    (cd "$folder" && npm install --no-audit --no-fund --silent "@atproto/dev-env@$version")
    (cd "$folder" && node -e 'new (require("better-sqlite3"))(":memory:")')
    touch "$folder/ready"
fi
