// SPDX-License-Identifier: Apache-2.0
// oidc-provider (npm), an OpenID provider that is not ours, with one public
// client: node oidc-provider.mjs MODULES PORT CERTIFICATE KEY
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [modules, port, certificate, key] = process.argv.slice(2);
const { default: Provider } = await import(pathToFileURL(
  path.join(modules, 'oidc-provider/lib/index.js')).href);

const issuer = `https://localhost:${port}`;
const provider = new Provider(issuer, {
  clients: [{
    client_id: 'daypass-cli',
    application_type: 'native',
    token_endpoint_auth_method: 'none',
    redirect_uris: ['http://127.0.0.1/callback'],
    response_types: ['code'],
    grant_types: ['authorization_code', 'refresh_token',
      'urn:ietf:params:oauth:grant-type:device_code'],
  }],
  features: {
    deviceFlow: { enabled: true },
    revocation: { enabled: true },
  },
  cookies: { keys: ['only for this run'] },
  rotateRefreshToken: true,
  ttl: {
    AccessToken: 300, AuthorizationCode: 60, DeviceCode: 600, Grant: 3600,
    IdToken: 300, Interaction: 600, RefreshToken: 3600, Session: 3600,
  },
});

https.createServer({
  cert: fs.readFileSync(certificate), key: fs.readFileSync(key),
}, provider.callback()).listen(Number(port), '127.0.0.1');
