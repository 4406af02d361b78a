// SPDX-License-Identifier: Apache-2.0
// The same client with npm's nats, which other people wrote from the same
// protocol: node client.js HELPER URL SUBSCRIBE PUBLISH. The authenticator is
// called whenever it connects.
const { execFileSync } = require('child_process');
const readline = require('readline');
const { connect, StringCodec, tokenAuthenticator } = require('nats');

const [helper, url, subscribe, publish] = process.argv.slice(2);
const text = StringCodec();
const say = (what, more) => console.log(`${what} ${more ?? ''}`);

function token() {
  return execFileSync(helper, [url], { encoding: 'utf8' }).trim();
}

async function tell(connection) {
  for await (const status of connection.status()) {
    if (status.type === 'disconnect') say('disconnected');
    if (status.type === 'reconnect') say('reconnected');
  }
}

async function hear(subscription) {
  for await (const message of subscription) {
    say('heard', text.decode(message.data));
  }
}

async function main() {
  const connection = await connect({
    servers: url,
    authenticator: tokenAuthenticator(token),
    maxReconnectAttempts: -1,
    reconnectTimeWait: 100,
  });
  tell(connection);
  hear(connection.subscribe(subscribe));
  connection.closed().then((error) => say('closed', error?.message));
  await connection.flush();
  say('connected');
  for await (const line of readline.createInterface({ input: process.stdin })) {
    connection.publish(publish, text.encode(line));
  }
  await connection.close();
}

main().catch((error) => {
  say('connect', error.message);
  process.exit(1);
});
