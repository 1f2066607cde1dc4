// An OAuth authority on paths like Entra's: `oidc-provider`, and nothing of its logic replaced.
//   node provider.mjs CERTIFICATE KEY TENANT jwt|opaque
// Prints its origin as soon as it serves, and ends when its standard input does.
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import Provider, { errors } from 'oidc-provider';

const [certificate, key, tenant, accessTokenFormat] = process.argv.slice(2);
const paths = `/${tenant}/oauth2/v2.0`;
const resource = 'https://mail.example';
const alg = 'ES256';
const signing = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });

// An app without a user acts for this mailbox.
const mailbox = 'alerts@contoso.example';

const app = {
  grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'authorization_code', 'password', 'refresh_token'],
  response_types: ['code'],
  id_token_signed_response_alg: alg,
};
const secret = { client_secret: 'CANARY-of-the-app', token_endpoint_auth_method: 'client_secret_post' };
const daemon = { ...app, grant_types: ['client_credentials'], redirect_uris: [], response_types: [] };
// What a registered certificate comes to elsewhere: its public key, and one algorithm to sign with.
const known = readFileSync(new URL('../keys/rfc9500-rsa2048.pem', import.meta.url), 'utf8').replaceAll('TESTING', 'PRIVATE');
const certified = (token_endpoint_auth_signing_alg) => ({
  ...daemon,
  token_endpoint_auth_method: 'private_key_jwt',
  token_endpoint_auth_signing_alg,
  jwks: { keys: [createPublicKey(createPrivateKey(known)).export({ format: 'jwk' })] },
});
const clients = [
  { ...app, client_id: 'public-client', application_type: 'native', redirect_uris: ['http://localhost', 'http://localhost/back'], token_endpoint_auth_method: 'none' },
  { ...app, client_id: 'confidential-client', redirect_uris: ['https://app.example/back'], ...secret },
  { ...daemon, client_id: 'app-by-secret', ...secret },
  { ...certified('PS256'), client_id: 'app-by-certificate' },
  { ...certified('RS256'), client_id: 'app-by-old-certificate' },
  { ...daemon, client_id: 'mail-server', ...secret, client_secret: 'CANARY-of-the-server', token_endpoint_auth_method: 'client_secret_basic', grant_types: [] },
];
const resourceServer = { scope: 'SMTP.Send', audience: resource, accessTokenFormat, jwt: { sign: { alg } } };

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
  extraTokenClaims: (_, token) => (token.accountId ? { upn: token.accountId } : { upn: mailbox, idtyp: 'app' }),
  rotateRefreshToken: true,
  ttl: { AccessToken: 3600, AuthorizationCode: 600, ClientCredentials: 3600, DeviceCode: 600, Grant: 3600, IdToken: 3600, Interaction: 600, RefreshToken: 86400, Session: 3600 },
  routes: {
    authorization: `${paths}/authorize`,
    device_authorization: `${paths}/devicecode`,
    introspection: `${paths}/introspect`,
    jwks: `/${tenant}/discovery/v2.0/keys`,
    token: `${paths}/token`,
  },
  features: {
    clientCredentials: { enabled: true },
    deviceFlow: { enabled: true },
    introspection: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => resource,
      getResourceServerInfo: () => resourceServer,
      useGrantedResource: () => true,
    },
  },
};

// The package has no password grant (RFC 6749, section 4.3) and takes one that is added.
async function password(ctx, next) {
  const { client, params, provider } = ctx.oidc;
  if (params.username !== mailbox || params.password !== 'CANARY-of-the-person') throw new errors.InvalidGrant('not this password');
  const account = { accountId: params.username };
  const scopes = (params.scope ?? '').split(' ');
  const grant = new provider.Grant({ ...account, clientId: client.clientId });
  grant.addOIDCScope(scopes.filter((scope) => configuration.scopes.includes(scope)).join(' '));
  grant.addResourceScope(resource, resourceServer.scope);
  const session = { ...account, client, gty: 'password', grantId: await grant.save() };
  const scope = grant.getResourceScopeFiltered(resource, new Set(scopes));
  const token = new provider.AccessToken({ ...session, scope });
  token.resourceServer = new provider.ResourceServer(resource, resourceServer);
  ctx.oidc.entity('AccessToken', token);
  ctx.body = { access_token: await token.save(), expires_in: token.expiration, scope, token_type: token.tokenType };
  if (scopes.includes('offline_access')) {
    const refresh = new provider.RefreshToken({ ...session, scope: params.scope, resource, rotations: 0 });
    ctx.oidc.entity('RefreshToken', refresh);
    ctx.body.refresh_token = await refresh.save();
  }
  await next();
}

const server = createServer({ cert: readFileSync(certificate), key: readFileSync(key) });
server.listen(0, '127.0.0.1', () => {
  const origin = `https://127.0.0.1:${server.address().port}`;
  const issuer = `${origin}/${tenant}/v2.0`;
  const provider = new Provider(issuer, configuration);
  provider.registerGrantType('password', password, ['username', 'password', 'scope']);
  const serve = provider.callback();
  server.on('request', (request, response) => {
    // It knows its discovery document by one path only.
    request.url = request.url.replace(`/${tenant}/v2.0/.well-known/`, '/.well-known/');
    serve(request, response);
  });
  console.log(origin);
});
process.stdin.resume().on('end', () => process.exit());
