// An OAuth authority on paths like Entra's: `oidc-provider`, and nothing of its logic replaced.
//   node provider.mjs CERTIFICATE KEY TENANT jwt|opaque
// Prints its origin as soon as it serves, and ends when its standard input does.
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import Provider from 'oidc-provider';

const [certificate, key, tenant, accessTokenFormat] = process.argv.slice(2);
const paths = `/${tenant}/oauth2/v2.0`;
const resource = 'https://mail.example';
const alg = 'ES256';
const signing = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });

const app = {
  grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
  redirect_uris: [],
  response_types: [],
  id_token_signed_response_alg: alg,
};
const clients = [
  { ...app, client_id: 'public-client', application_type: 'native', token_endpoint_auth_method: 'none' },
  { ...app, client_id: 'confidential-client', client_secret: 'CANARY-of-the-app', token_endpoint_auth_method: 'client_secret_post' },
  { ...app, client_id: 'mail-server', client_secret: 'CANARY-of-the-server', grant_types: [] },
];

const configuration = {
  clients,
  jwks: { keys: [{ ...signing, alg, kid: 'of-the-day', use: 'sig' }] },
  cookies: { keys: ['CANARY-of-the-cookies'] },
  scopes: ['openid', 'offline_access', 'profile'],
  claims: { profile: ['preferred_username'] },
  conformIdTokenClaims: false,
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, preferred_username: id }) }),
  // Dovecot 2.3 does not take RFC 9068's `at+jwt`.
  formats: { customizers: { jwt: (_, token, jwt) => { jwt.header = { typ: 'JWT' }; } } },
  extraTokenClaims: (_, token) => ({ upn: token.accountId }),
  ttl: { AccessToken: 3600, DeviceCode: 600, Grant: 3600, IdToken: 3600, Interaction: 600, RefreshToken: 86400, Session: 3600 },
  routes: {
    device_authorization: `${paths}/devicecode`,
    introspection: `${paths}/introspect`,
    jwks: `/${tenant}/discovery/v2.0/keys`,
    token: `${paths}/token`,
  },
  features: {
    deviceFlow: { enabled: true },
    introspection: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => resource,
      getResourceServerInfo: () => ({ scope: 'SMTP.Send', audience: resource, accessTokenFormat, jwt: { sign: { alg } } }),
      useGrantedResource: () => true,
    },
  },
};

const server = createServer({ cert: readFileSync(certificate), key: readFileSync(key) });
server.listen(0, '127.0.0.1', () => {
  const origin = `https://127.0.0.1:${server.address().port}`;
  const issuer = `${origin}/${tenant}/v2.0`;
  const serve = new Provider(issuer, configuration).callback();
  server.on('request', (request, response) => {
    // It knows its discovery document by one path only.
    request.url = request.url.replace(`/${tenant}/v2.0/.well-known/`, '/.well-known/');
    serve(request, response);
  });
  console.log(origin);
});
process.stdin.resume().on('end', () => process.exit());
