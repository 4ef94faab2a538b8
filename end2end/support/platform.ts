/** A relying party for tests, built on the certified client library openid-client, on a port of its own. */

import { type IncomingMessage, type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import * as jose from 'jose';
import * as oidc from 'openid-client';

const SCOPE = 'openid profile email gerbang offline_access';
/** The event that a logout token must contain (OpenID Connect Back-Channel Logout 1.0, section 2.4). */
const LOGOUT = 'http://schemas.openid.net/event/backchannel-logout';

type Tokens = oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers;

/** Values of an authorization request that its response must match. */
interface AuthorizationRequest {
  state: string;
  nonce: string;
  pkceCodeVerifier: string;
}

export class Platform {
  /** The claims of all valid logout tokens. */
  readonly logouts: jose.JWTPayload[] = [];
  private gerbang?: oidc.Configuration;
  private keys?: ReturnType<typeof jose.createRemoteJWKSet>;
  private request?: AuthorizationRequest;
  private current?: Tokens;

  private constructor(
    private readonly server: Server,
    /** Its origin. */
    readonly url: string,
  ) {}

  static async listen(): Promise<Platform> {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const platform = new Platform(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('request', async (request, response) => {
      try {
        const answer = await platform.answer(request);
        if (answer instanceof URL) response.writeHead(303, { location: answer.href }).end();
        else response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(answer);
      } catch (error) {
        // The status fails the test of the browser that gets it.
        response.writeHead(400, { 'content-type': 'text/plain' }).end(String(error));
      }
    });
    return platform;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }

  /** Discovers Gerbang from its issuer, as a client with this id. */
  async connects(issuer: string, clientId: string, proof: oidc.ClientAuth): Promise<void> {
    const execute = [oidc.allowInsecureRequests]; // no TLS on localhost
    this.gerbang = await oidc.discovery(new URL(issuer), clientId, {}, proof, { execute });
    this.keys = jose.createRemoteJWKSet(new URL(this.gerbang.serverMetadata().jwks_uri!));
  }

  /** The tokens of the latest sign-in. */
  get tokens(): Tokens {
    if (!this.current) throw new Error('nobody is signed in');
    return this.current;
  }

  /** The claims of the ID token. */
  get claims(): oidc.IDToken & { gerbang?: Record<string, unknown> } {
    return this.tokens.claims()!;
  }

  async userinfo(): Promise<oidc.UserInfoResponse> {
    return oidc.fetchUserInfo(this.gerbang!, this.tokens.access_token, this.claims.sub);
  }

  async refreshes(token = this.tokens.refresh_token!): Promise<Tokens> {
    return oidc.refreshTokenGrant(this.gerbang!, token);
  }

  async introspects(token: string): Promise<oidc.IntrospectionResponse> {
    return oidc.tokenIntrospection(this.gerbang!, token);
  }

  async revokes(token: string): Promise<void> {
    return oidc.tokenRevocation(this.gerbang!, token);
  }

  private async answer(message: IncomingMessage): Promise<URL | string> {
    const here = new URL(message.url!, this.url);
    switch (`${message.method} ${here.pathname}`) {
      case 'GET /':
        return page(this.current ? `Halo, ${this.claims.name}` : 'Masuk');
      case 'GET /masuk':
        return this.authorizes(Object.fromEntries(here.searchParams));
      case 'GET /masuk/mulai':
        if (here.searchParams.get('iss') !== this.gerbang!.serverMetadata().issuer) throw new Error('the sign-in was started by another issuer');
        return this.authorizes({ login_hint: here.searchParams.get('login_hint')! });
      case 'GET /masuk/kembali':
        return this.redeems(here);
      case 'GET /keluar':
        return oidc.buildEndSessionUrl(this.gerbang!, {
          id_token_hint: this.tokens.id_token!,
          post_logout_redirect_uri: `${this.url}/keluar/selesai`,
          state: 'pulang',
        });
      case 'GET /keluar/selesai':
        if (here.searchParams.get('state') !== 'pulang') throw new Error('the logout was not requested here');
        this.current = undefined;
        return page('Anda sudah keluar');
      case 'POST /keluar/kanal-belakang':
        this.logouts.push(await this.verified(new URLSearchParams(await text(message)).get('logout_token')!));
        return '';
      default:
        throw new Error(`no page ${message.method} ${here.pathname}`);
    }
  }

  /** The address of an authorization request (OpenID Connect Core 1.0, section 3.1.2.1). */
  private async authorizes(more: Record<string, string>): Promise<URL> {
    const request = {
      state: oidc.randomState(),
      nonce: oidc.randomNonce(),
      pkceCodeVerifier: oidc.randomPKCECodeVerifier(),
    };
    this.request = request;
    return oidc.buildAuthorizationUrl(this.gerbang!, {
      redirect_uri: `${this.url}/masuk/kembali`,
      scope: SCOPE,
      state: request.state,
      nonce: request.nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(request.pkceCodeVerifier),
      code_challenge_method: 'S256',
      ...more,
    });
  }

  /** Exchanges the code for tokens, which the library checks. */
  private async redeems(here: URL): Promise<URL> {
    const { state, nonce, pkceCodeVerifier } = this.request!;
    this.request = undefined;
    const checks = { pkceCodeVerifier, expectedState: state, expectedNonce: nonce };
    this.current = await oidc.authorizationCodeGrant(this.gerbang!, here, checks);
    return new URL('/', this.url);
  }

  /** Checks a logout token (OpenID Connect Back-Channel Logout 1.0, section 2.6). */
  private async verified(token: string): Promise<jose.JWTPayload> {
    const { issuer } = this.gerbang!.serverMetadata();
    const { payload } = await jose.jwtVerify(token, this.keys!, {
      issuer,
      audience: this.gerbang!.clientMetadata().client_id,
      typ: 'logout+jwt',
      requiredClaims: ['iat', 'exp', 'jti', 'sid', 'sub', 'events'],
    });
    const { events } = payload as { events: Record<string, unknown> };
    if (!events[LOGOUT] || 'nonce' in payload) throw new Error('it is not a logout token');
    return payload;
  }
}

function page(heading: string): string {
  const title = heading.replace(/[&<]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return `<!doctype html><html lang="id"><head><meta charset="utf-8"><title>${title} · Platform uji</title>
    <meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,"></head>
    <body><main><h1>${title}</h1></main></body></html>`;
}
