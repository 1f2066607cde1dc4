//! The facts there are: one flat list of names that rules, causes and whoever collects evidence share.
//! A fact's label is a text, `facts.NAME`. Those marked so no text tells: only an evidence file does. Nothing here says
//! what follows from a fact.

use self::Names::{Anybody, Host, Nobody, Organisation, Person, Request};

/// A fact may have several values; one that nobody saw has none.
#[derive(Debug)]
pub struct Fact {
    pub name: &'static str,
    /// What its values are.
    pub holds: &'static str,
    pub names: Names,
}

/// Whom a value names: what a report that hides names has to do with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// A person, by an address or a sign-in name.
    Person,
    /// The organisation or what it has in Entra, by an id or by what that is called.
    Organisation,
    /// A machine or a domain of the organisation's own.
    Host,
    /// A request, and to Microsoft's support alone.
    Request,
    /// Words of others, in which any of these may stand.
    Anybody,
    Nobody,
}

const fn fact(name: &'static str, holds: &'static str, names: Names) -> Fact {
    Fact { name, holds, names }
}

pub fn find(name: &str) -> Option<&'static Fact> {
    FACTS.iter().find(|fact| fact.name == name)
}

/// People come first, since who is met first has the first number where names are hidden.
pub const FACTS: &[Fact] = &[
    fact("user", "the user in the XOAUTH2 string", Person),
    fact("sender", "MAIL FROM", Person),
    fact("recipient", "RCPT TO", Person),
    fact("alias", "secondary addresses of the mailbox, from PowerShell's EmailAddresses", Person),
    fact("reply.code", "SMTP reply code of the refusal, three digits", Nobody),
    fact("reply.enhanced", "enhanced status code (RFC 3463) of the refusal", Nobody),
    fact("reply.text", "the refusal's lines in full", Anybody),
    fact(
        "reply.stage",
        "where in the dialogue: resolve, connect, greeting, ehlo, starttls, tls, auth, mail, rcpt, data",
        Nobody,
    ),
    fact("reply.month", "year and month of the refusal, where Microsoft wrote its time behind it", Nobody),
    fact("reply.earlier", "what was refused before for another reason, in full", Anybody),
    fact("accepted", "a line that shows that a sign-in was accepted: a 235, or a message taken", Anybody),
    fact(
        "outcome",
        "accepted or taken: how the last attempt in a text ended, where no refusal stands after it",
        Nobody,
    ),
    fact(
        "log.seen",
        "how often a text of many lines tells the same, with the first time and the last (not of evidence files)",
        Anybody,
    ),
    fact(
        "service",
        "a mail service that is not Microsoft 365, by name; `another` where only the host or the words are",
        Nobody,
    ),
    fact(
        "imap",
        "accepted or refused: what an IMAP or POP server said to the same sign-in; unconnected where the mailbox did not open after it",
        Nobody,
    ),
    fact("mechanism", "SASL mechanism the client used: XOAUTH2, LOGIN, PLAIN", Nobody),
    fact("auth.form", "one-line: the XOAUTH2 string stood on the line of AUTH; alone: it did not", Nobody),
    fact(
        "auth.fault",
        "what about the XOAUTH2 string is not as it must be: newline, literal-separator, doubled-bearer …",
        Nobody,
    ),
    fact("mail.auth", "none: a client's trace holds MAIL and no AUTH command before it", Nobody),
    fact("banner", "the mail server's greeting", Host),
    fact("ehlo", "what the mail server offers, one value a line", Host),
    fact(
        "smtp.fault",
        "what the server did against the protocol, or what one side does not offer: garbled, starttls-not-offered, no-mechanism …",
        Nobody,
    ),
    fact(
        "experiment.sign-in-name",
        "the same token for the name that the token tells: accepted, refused, refused-otherwise, temporary or unreachable",
        Nobody,
    ),
    fact("experiment.user", "that name", Person),
    fact("experiment.fresh-token", "the same with a token fetched just then: as above", Nobody),
    fact("experiment.permission", "`scp` and `roles` of that token", Nobody),
    fact("experiment.other-audience", "the same with a token for another name of the service: as above", Nobody),
    fact("experiment.audience", "that name", Nobody),
    fact("experiment.address-family", "the same over the other of IPv4 and IPv6: as above", Nobody),
    fact("experiment.family", "that one", Nobody),
    fact("experiment.own-sender", "a message from the user's own address: as above", Nobody),
    fact("experiment.reply", "what was replied to one that was not accepted, with its name before it", Anybody),
    fact("smtp.detail", "the JSON of a 334 that came instead of a 535", Anybody),
    fact(
        "network.kind",
        "why a connection came to nothing: name-unknown, refused, timed-out, unanswered, certificate …",
        Nobody,
    ),
    fact("network.context", "unclear: nothing in the line or around it shows that it is about mail", Nobody),
    fact("network.address", "host and port that were tried", Host),
    fact("network.detail", "the system's or library's own words", Anybody),
    fact("network.family", "IPv4 or IPv6: which one the mail server was reached over", Nobody),
    fact("network.families", "those that its name has addresses of here", Nobody),
    fact("certificate", "what is wrong with it: expired, not-yet-valid, other-name or unknown-issuer", Nobody),
    fact("flow", "authorization_code, device_code, client_credentials, password, refresh_token or basic", Nobody),
    fact(
        "oauth.stage",
        "the request that was refused: discovery, authorize, device-code, poll, code, refresh, client-credentials, password",
        Nobody,
    ),
    fact("oauth.error", "OAuth `error`", Nobody),
    fact("oauth.code", "AADSTS numbers", Nobody),
    fact("oauth.description", "OAuth `error_description`", Anybody),
    fact("oauth.earlier", "what the authority said before that, in full", Anybody),
    fact("oauth.suberror", "OAuth `suberror`", Nobody),
    fact("oauth.trace_id", "Microsoft's support traces a request by these two and the time", Request),
    fact("oauth.correlation_id", "as above", Request),
    fact("oauth.timestamp", "as above", Nobody),
    fact("oauth.form", "o-auth, page, foreign or redirect", Nobody),
    fact("program.error", "what a program prints of an error in its own code, where nobody else refused", Anybody),
    fact(
        "oauth.page",
        "what a page in the browser said without a number: admin-approval, personal-account, criteria …",
        Nobody,
    ),
    fact("oauth.tenant", "the tenant an AADSTS text names", Organisation),
    fact("oauth.tenant_form", "what that name is: name, path-word or placeholder", Nobody),
    fact("oauth.client", "the application an AADSTS text names", Organisation),
    fact("oauth.redirect", "the redirect URI an AADSTS text names", Host),
    fact(
        "token.form",
        "jwt, opaque, encrypted, google, refresh-token, truncated, as-password, or short: too short for any token",
        Nobody,
    ),
    fact(
        "token.context",
        "beside: it stands in a text and not in the string that was refused, or the string itself is wrong",
        Nobody,
    ),
    fact("token.type", "user or app", Nobody),
    fact("token.audience", "graph, exchange or other", Nobody),
    fact("token.life", "valid or expired, when the refusal came or by this machine's clock", Nobody),
    fact("token.minutes", "how long before the refusal it came, in minutes", Nobody),
    fact("token.aud", "`aud` as it stands", Host),
    fact("token.permission", "`scp` and `roles`", Nobody),
    fact("token.user", "who signed in", Person),
    fact("token.tenant", "`tid`", Organisation),
    fact("object_id", "`oid` of an app's token: the enterprise application's Object ID", Organisation),
    fact("refresh.age", "days since the refresh token came; it was not used since", Nobody),
    fact("refresh.answer", "lost: a renewal was asked for whose answer never got here", Nobody),
    fact("host", "SMTP server", Host),
    fact("port", "its port", Nobody),
    fact("security", "starttls or tls (from the first byte)", Nobody),
    fact("authority", "where tokens come from", Host),
    fact("tenant", "tenant in the authority's URL", Organisation),
    fact("client_id", "application (client) id", Organisation),
    fact("redirect_uri", "redirect URI of the request (evidence file only)", Host),
    fact("redirect_platform", "web, native or spa: where the registration lists it (evidence file only)", Nobody),
    fact("secret.shape", "guid, value or truncated", Nobody),
    fact("scope", "scopes asked for", Anybody),
    fact("scope.audience", "graph, exchange or other: whose scopes they are, by their host", Nobody),
    fact("scope.granted", "`scope` of the token answer", Anybody),
    fact(
        "granted.audience",
        "graph or exchange: whose token that is; only one for Graph has names without a host",
        Nobody,
    ),
    fact(
        "app.certificate",
        "SHA-1 of the certificate the app authenticates with, as the portal shows it",
        Organisation,
    ),
    fact("mailbox.rights", "self-only: Get-MailboxPermission printed nobody but the mailbox itself", Nobody),
    fact("principal", "Object IDs that Get-ServicePrincipal printed", Organisation),
    fact("worked.minutes", "how long ago a mail server last accepted the same account from here, in minutes", Nobody),
    fact("signed-in.days", "how long ago somebody last signed in for it, in days", Nobody),
    fact("clock.off", "seconds by which this machine's clock is ahead of the authority's", Nobody),
    fact("tls.version", "TLS as agreed with the mail server", Nobody),
    fact("tls.issuer", "who issued the mail server's certificate", Host),
    fact("change.minutes", "how long ago something was last changed in Entra or Exchange, in minutes", Nobody),
    fact("account_type", "work, consumer, shared or hve (all but consumer: evidence file only)", Nobody),
    fact("cloud", "global, gcc-high, dod, china or custom", Nobody),
    fact("library", "the program or library that was refused: smtp-oauth in a test of its own", Nobody),
    fact("powershell", "what Exchange or Graph PowerShell printed, one value a line", Anybody),
];
