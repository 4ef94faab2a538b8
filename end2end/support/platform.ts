/** A platform of a test: a relying party on the certified client library openid-client, on a port of its own. */

import { type IncomingMessage, type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import * as jose from 'jose';
import * as oidc from 'openid-client';

const SCOPE = 'openid profile email gerbang offline_access';
/** The event of a logout token (OpenID Connect Back-Channel Logout 1.0, section 2.4). */
const LOGOUT = 'http://schemas.openid.net/event/backchannel-logout';

/** The tokens of somebody who entered. */
type Tokens = oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers;

/** What the answer to a request must repeat, or prove. */
interface Asked {
  state: string;
  nonce: string;
  pkceCodeVerifier: string;
}

export class Platform {
  /** What logout tokens that were believed say. */
  readonly heard: jose.JWTPayload[] = [];
  private gerbang?: oidc.Configuration;
  private keys?: ReturnType<typeof jose.createRemoteJWKSet>;
  private asked?: Asked;
  private entered?: Tokens;

  private constructor(
    private readonly server: Server,
    /** Where it is, without a slash at the end. */
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
        // The browser that meets it fails the test, and shows this.
        response.writeHead(400, { 'content-type': 'text/plain' }).end(String(error));
      }
    });
    return platform;
  }

  /** Ends it. */
  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }

  /** Discovery: all that it knows of Gerbang but the issuer, and who it is there. */
  async connects(issuer: string, clientId: string, proof: oidc.ClientAuth): Promise<void> {
    const execute = [oidc.allowInsecureRequests]; // no TLS between two programs of one machine
    this.gerbang = await oidc.discovery(new URL(issuer), clientId, {}, proof, { execute });
    this.keys = jose.createRemoteJWKSet(new URL(this.gerbang.serverMetadata().jwks_uri!));
  }

  /** The tokens of whoever entered last. */
  get tokens(): Tokens {
    if (!this.entered) throw new Error('nobody has entered');
    return this.entered;
  }

  /** What the ID token says. */
  get claims(): oidc.IDToken & { gerbang?: Record<string, unknown> } {
    return this.tokens.claims()!;
  }

  /** What userinfo says. */
  async userinfo(): Promise<oidc.UserInfoResponse> {
    return oidc.fetchUserInfo(this.gerbang!, this.tokens.access_token, this.claims.sub);
  }

  /** New tokens for a refresh token. */
  async refreshes(token = this.tokens.refresh_token!): Promise<Tokens> {
    return oidc.refreshTokenGrant(this.gerbang!, token);
  }

  /** Whether a token holds, and what is said of it. */
  async introspects(token: string): Promise<oidc.IntrospectionResponse> {
    return oidc.tokenIntrospection(this.gerbang!, token);
  }

  /** Gives a token back. */
  async revokes(token: string): Promise<void> {
    return oidc.tokenRevocation(this.gerbang!, token);
  }

  private async answer(request: IncomingMessage): Promise<URL | string> {
    const here = new URL(request.url!, this.url);
    switch (`${request.method} ${here.pathname}`) {
      case 'GET /':
        return page(this.entered ? `Halo, ${this.claims.name}` : 'Masuk');
      case 'GET /masuk':
        return this.asks(Object.fromEntries(here.searchParams));
      case 'GET /masuk/mulai':
        if (here.searchParams.get('iss') !== this.gerbang!.serverMetadata().issuer) throw new Error('a stranger begins');
        return this.asks({ login_hint: here.searchParams.get('login_hint')! });
      case 'GET /masuk/kembali':
        return this.redeems(here);
      case 'GET /keluar':
        return oidc.buildEndSessionUrl(this.gerbang!, {
          id_token_hint: this.tokens.id_token!,
          post_logout_redirect_uri: `${this.url}/keluar/selesai`,
          state: 'pulang',
        });
      case 'GET /keluar/selesai':
        if (here.searchParams.get('state') !== 'pulang') throw new Error('nobody here asked for this');
        this.entered = undefined;
        return page('Anda sudah keluar');
      case 'POST /keluar/kanal-belakang':
        this.heard.push(await this.believed(new URLSearchParams(await text(request)).get('logout_token')!));
        return '';
      default:
        throw new Error(`no page ${request.method} ${here.pathname}`);
    }
  }

  /** Where to send somebody (OpenID Connect Core 1.0, section 3.1.2.1). */
  private async asks(more: Record<string, string>): Promise<URL> {
    const asked = {
      state: oidc.randomState(),
      nonce: oidc.randomNonce(),
      pkceCodeVerifier: oidc.randomPKCECodeVerifier(),
    };
    this.asked = asked;
    return oidc.buildAuthorizationUrl(this.gerbang!, {
      redirect_uri: `${this.url}/masuk/kembali`,
      scope: SCOPE,
      state: asked.state,
      nonce: asked.nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(asked.pkceCodeVerifier),
      code_challenge_method: 'S256',
      ...more,
    });
  }

  /** Gives the code for tokens; the library checks all that comes with them. */
  private async redeems(here: URL): Promise<URL> {
    const { state, nonce, pkceCodeVerifier } = this.asked!;
    this.asked = undefined;
    const checks = { pkceCodeVerifier, expectedState: state, expectedNonce: nonce };
    this.entered = await oidc.authorizationCodeGrant(this.gerbang!, here, checks);
    return new URL('/', this.url);
  }

  /** Checks a logout token (OpenID Connect Back-Channel Logout 1.0, section 2.6). */
  private async believed(token: string): Promise<jose.JWTPayload> {
    const { issuer } = this.gerbang!.serverMetadata();
    const { payload } = await jose.jwtVerify(token, this.keys!, {
      issuer,
      audience: this.gerbang!.clientMetadata().client_id,
      typ: 'logout+jwt',
      requiredClaims: ['iat', 'exp', 'jti', 'sid', 'sub', 'events'],
    });
    const { events } = payload as { events: Record<string, unknown> };
    if (!events[LOGOUT] || 'nonce' in payload) throw new Error('it is no logout token');
    return payload;
  }
}

function page(heading: string): string {
  const title = heading.replace(/[&<]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return `<!doctype html><html lang="id"><head><meta charset="utf-8"><title>${title} · Platform uji</title>
    <meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,"></head>
    <body><main><h1>${title}</h1></main></body></html>`;
}
