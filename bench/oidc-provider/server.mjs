// What `bench/src/oidc.rs` measures us against: oidc-provider with its store in memory and the clients that Gerbang is
// given there, giving the same tokens with the same claims. Prints where it listens, and where codes are made as if
// somebody had signed in, which is not what is measured.
//   node server.mjs
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';

import { Provider } from 'oidc-provider';

const SCOPE = 'openid profile email gerbang offline_access';
const CALLBACK = 'https://platform.contoh.go.id/masuk/kembali';
// RFC 7636, appendix B.
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

const key = (alg, type, options) => {
  const { privateKey } = generateKeyPairSync(type, options);
  return { ...privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: alg };
};
const client = (client_id, alg) => ({
  client_id,
  client_secret: randomUUID() + randomUUID(),
  redirect_uris: [CALLBACK],
  grant_types: ['authorization_code', 'refresh_token'],
  token_endpoint_auth_method: 'client_secret_post',
  id_token_signed_response_alg: alg,
});
const clients = [client('bench-rs256', 'RS256'), client('bench-es256', 'ES256')];

// What is said of a person by us, word for word.
const person = {
  sub: randomUUID(),
  name: 'Siti Rahmawati',
  email: 'siti.pa@contoh.go.id',
  email_verified: true,
  gerbang: {
    access_id: randomUUID(),
    profile_type: 'non_penyedia',
    role: 'pa',
    kd_klpd: 'K34',
    nama_klpd: 'Kementerian Ketenagakerjaan',
    kd_satker: '021000',
    nama_satker: 'Sekretariat Jenderal',
    access_expires_at: 1_830_272_400,
  },
};

// Its advice for production is not for a yardstick.
console.info = console.warn = () => {};
const provider = new Provider('http://127.0.0.1', {
  clients,
  jwks: { keys: [key('RS256', 'rsa', { modulusLength: 2048 }), key('ES256', 'ec', { namedCurve: 'P-256' })] },
  cookies: { keys: [randomUUID()] },
  findAccount: () => ({ accountId: person.sub, claims: () => person }),
  scopes: ['openid', 'offline_access', 'profile', 'email', 'gerbang'],
  claims: { openid: ['sub'], profile: ['name'], email: ['email', 'email_verified'], gerbang: ['gerbang'] },
  // Like ours, its ID tokens tell what userinfo tells.
  conformIdTokenClaims: false,
  features: { devInteractions: { enabled: false } },
  pkce: { required: () => true },
  routes: { token: '/oidc/token', userinfo: '/oidc/userinfo' },
  ttl: { AccessToken: 300, AuthorizationCode: 60, IdToken: 300, RefreshToken: 30 * 86_400, Grant: 30 * 86_400 },
});

/** A code as somebody gets it who signed in just now. */
async function code(client) {
  const grant = new provider.Grant({ accountId: person.sub, clientId: client.clientId });
  grant.addOIDCScope(SCOPE);
  const grantId = await grant.save();
  const code = new provider.AuthorizationCode({
    accountId: person.sub,
    acr: 'urn:gerbang:acr:kata-sandi',
    authTime: Math.floor(Date.now() / 1000),
    client,
    codeChallenge: CHALLENGE,
    codeChallengeMethod: 'S256',
    grantId,
    nonce: 'sekali',
    redirectUri: CALLBACK,
    scope: SCOPE,
    sid: randomUUID(),
  });
  return code.save();
}

/** `GET /?client=…&wanted=…`: codes, as JSON. */
async function prepare(request, response) {
  const asked = new URL(request.url, 'http://127.0.0.1').searchParams;
  const found = await provider.Client.find(asked.get('client'));
  const codes = [];
  for (let made = 0; made < Number(asked.get('wanted')); made += 1) codes.push(await code(found));
  const body = JSON.stringify(codes);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }).end(body);
}

const listen = (handler) => new Promise((done) => {
  const server = createServer(handler);
  server.listen(0, '127.0.0.1', () => done(`127.0.0.1:${server.address().port}`));
});
const [at, prepares] = [await listen(provider.callback()), await listen(prepare)];
console.log(JSON.stringify({
  at,
  prepares,
  clients: clients.map(({ client_id, client_secret }) => ({ client_id, client_secret })),
}));
