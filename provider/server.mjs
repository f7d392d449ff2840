// The demonstration's identity provider: OpenID Connect, with the device grant of RFC 8628, by the package oidc-provider.
//
// `node server.mjs FILE`; the file (JSON, written by `erjian provider`) names issuer, port, clients and the made-up
// identities that anybody at the screen may take on. It keeps nothing: keys, sessions and codes end with the process.

import { generateKeyPairSync, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";

import { errors, Provider } from "oidc-provider";

import * as pages from "./pages.mjs";

const given = JSON.parse(readFileSync(process.argv[2], "utf8"));
const identities = new Map(given.identities.map((identity) => [identity.sub, identity]));
const key = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" });
const DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code";

// The package warns that what it keeps ends with the process. Here that is meant.
console.warn = () => {};
const provider = new Provider(given.issuer, {
  acrValues: given.acr,
  claims: { openid: ["sub", "name", "id_number", "credit_code"], acr: null },
  // Everything is in the ID token; the platform asks for nothing else.
  conformIdTokenClaims: false,
  clients: given.clients.map((client) => ({
    client_id: client.id,
    client_name: client.name,
    client_secret: client.secret,
    redirect_uris: client.redirects,
    response_types: client.redirects.length ? ["code"] : [],
    grant_types: client.redirects.length ? ["authorization_code"] : [DEVICE_GRANT],
    id_token_signed_response_alg: "ES256",
    require_auth_time: true,
  })),
  cookies: {
    keys: [randomBytes(32).toString("hex")],
    names: { session: "demo_identity", interaction: "demo_interaction", resume: "demo_resume" },
  },
  extraParams: ["binding_message"],
  features: {
    devInteractions: { enabled: false },
    deviceFlow: {
      enabled: true,
      charset: "digits",
      mask: "****-****",
      userCodeInputSource: (ctx, form, out, problem) => send(ctx, pages.enterCode(formOf(ctx), problem)),
      userCodeConfirmSource: (ctx, form, client, info, code) =>
        send(ctx, pages.confirmDevice(formOf(ctx), client.clientName, code, ctx.oidc.entities.DeviceCode.params.binding_message)),
      successSource: (ctx) => send(ctx, pages.done()),
    },
    rpInitiatedLogout: { enabled: false },
    userinfo: { enabled: false },
  },
  findAccount: (ctx, sub) => identities.has(sub) && { accountId: sub, claims: () => ({ sub, ...identities.get(sub).claims }) },
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  jwks: { keys: [{ ...key, alg: "ES256", use: "sig" }] },
  // Whoever confirms sees on the same page what is told to whom; a second question would ask the same.
  loadExistingGrant: async (ctx) => {
    const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
    grant.addOIDCScope("openid");
    await grant.save();
    return grant;
  },
  pkce: { required: () => true },
  renderError: (ctx, out) => send(ctx, pages.failed(out.error)),
  scopes: ["openid"],
  ttl: {
    AuthorizationCode: 60,
    AccessToken: 60,
    DeviceCode: given.device_seconds,
    Grant: 3600,
    IdToken: 300,
    Interaction: 600,
    Session: 600,
  },
});

function formOf(ctx) {
  return { action: ctx.oidc.urlFor("code_verification"), xsrf: ctx.oidc.session.state.secret, code: ctx.oidc.params.user_code };
}

function send(ctx, body) {
  ctx.type = "html";
  ctx.set("Content-Security-Policy", "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'");
  ctx.set("Cache-Control", "no-store");
  ctx.set("Referrer-Policy", "no-referrer");
  ctx.body = body;
}

async function bodyOf(request) {
  let text = "";
  for await (const part of request) {
    text += part;
    if (text.length > 10_000) throw new errors.InvalidRequest("too long");
  }
  return new URLSearchParams(text);
}

// Who signs in: the only page that the package leaves to its user.
async function interact(ctx) {
  const { prompt, params, deviceCode } = await provider.interactionDetails(ctx.req, ctx.res);
  const client = given.clients.find((one) => one.id === params.client_id);
  const offered = given.identities.filter((identity) => client.kinds.includes(identity.kind));
  if (ctx.method !== "POST") {
    send(ctx, pages.choose({ offered, client: client.name, device: Boolean(deviceCode), wanted: prompt.name }));
    return;
  }
  const chosen = offered.find((identity) => identity.sub === ctx.form.get("sub"));
  const result = chosen
    ? { login: { accountId: chosen.sub, acr: chosen.acr, remember: false } }
    : { error: "access_denied", error_description: "End-User aborted interaction" };
  ctx.redirect(await provider.interactionResult(ctx.req, ctx.res, result, { mergeWithLastSubmission: false }));
  ctx.status = 303;
}

provider.use(async (ctx, next) => {
  if (ctx.path === "/style.css") {
    ctx.type = "css";
    ctx.body = pages.STYLE;
  } else if (ctx.path === "/healthz") {
    ctx.body = { ok: true };
  } else if (/^\/interaction\/[\w-]+$/.test(ctx.path) && ["GET", "POST"].includes(ctx.method)) {
    try {
      if (ctx.method === "POST") ctx.form = await bodyOf(ctx.req);
      await interact(ctx);
    } catch (error) {
      if (!(error instanceof errors.OIDCProviderError)) throw error;
      ctx.status = 400;
      send(ctx, pages.failed(error.error));
    }
  } else {
    await next();
  }
});

provider.on("server_error", (ctx, error) => console.error(`identity provider: ${error.stack}`));
const server = provider.listen(given.port, given.bind);
server.on("error", (error) => {
  console.error(`identity provider: ${error.message}`);
  process.exit(1);
});
process.on("SIGTERM", () => process.exit(0));
