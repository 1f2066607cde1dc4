//! What is understood of network trouble, in the words and numbers of programs and systems.

use super::{
    super::tests::{fact, named},
    *,
};

#[test]
fn the_tables_are_written_as_they_are_compared() {
    let kinds = [
        "proxy",
        "proxy-unreached",
        "name-unknown",
        "certificate",
        "closed",
        "tls-handshake",
        "unroutable",
        "refused",
        "timed-out",
        "closed",
        UNTOLD,
    ];
    assert_eq!(TABLES.trouble.iter().map(|trouble| trouble.kind.as_str()).collect::<Vec<_>>(), kinds);
    assert!(TABLES.number.iter().all(|number| kinds.contains(&number.kind.as_str())));
    for words in words() {
        assert!(words.len() >= 5 && words.trim() == words.to_lowercase().trim_end_matches(' '), "{words:?}");
    }
}

#[test]
fn trouble_is_told_in_the_languages_of_windows_and_linux() {
    for (said, is) in [
        ("リモート名を解決できませんでした。: 'smtp.ofice365.com'", "name-unknown"),
        ("名前またはサービスが不明です", "name-unknown"),
        ("接続がタイムアウトしました", "timed-out"),
        ("接続済みの呼び出し先が一定の時間を過ぎても正しく応答しなかったため、接続できませんでした。", "timed-out"),
        ("操作はタイムアウトになりました。", "timed-out"),
        ("接続を拒否されました", "refused"),
        ("対象のコンピューターによって拒否されたため、接続できませんでした。 192.0.2.1:587", "refused"),
        ("検証プロシージャによると、リモート証明書は無効です。", "certificate"),
        (
            "基になる接続が閉じられました: SSL/TLS のセキュリティで保護されているチャネルに対する信頼関係を確立できませんでした。",
            "certificate",
        ),
        ("基になる接続が閉じられました: 接続が予期せずに閉じられました。", "closed"),
        ("既存の接続はリモート ホストに強制的に切断されました。", "closed"),
        ("既存の接続はリモート ホス トに強制的に切断されました。", "closed"),
        ("ホストへの経路がありません", "unroutable"),
        ("Der Remotename konnte nicht aufgelöst werden: 'smtp.ofice365.com'", "name-unknown"),
        ("Zeitüberschreitung bei der Verbindung", "timed-out"),
        ("da der Zielcomputer die Verbindung verweigerte 192.0.2.1:587", "refused"),
        ("Das Remotezertifikat ist laut Validierungsverfahren ungültig.", "certificate"),
        ("car l’ordinateur cible l’a expressément refusée", "refused"),
        ("Le nom distant n'a pas pu être résolu: 'smtp.ofice365.com'", "name-unknown"),
        ("Le délai d’attente de l’opération a expiré", "timed-out"),
        ("ya que el equipo de destino denegó expresamente dicha conexión", "refused"),
        ("No se puede resolver el nombre remoto: 'smtp.ofice365.com'", "name-unknown"),
        ("由于目标计算机积极拒绝，无法连接。", "refused"),
        ("无法解析远程名称: 'smtp.ofice365.com'", "name-unknown"),
        ("根据验证过程，远程证书无效。", "certificate"),
        ("A call to SSPI failed, see inner exception.", "tls-handshake"),
        ("java.net.SocketTimeoutException: connect timed out", "timed-out"),
        ("Error: Hostname/IP does not match certificate's altnames", "certificate"),
        ("tls: failed to verify certificate: x509: certificate signed by unknown authority", "certificate"),
    ] {
        assert_eq!(kind(said), Some(is), "{said}");
    }
}

#[test]
fn numbers_are_enough_where_the_words_are_not_known() {
    for (said, is) in [
        ("Socket Error # 10060", "timed-out"),
        ("SocketException (10061): не удалось подключиться", "refused"),
        ("[WinError 10054] x", "closed"),
        ("errno: 111", "refused"),
        ("(os error 113)", "unroutable"),
        ("[Errno 61] x", "refused"),
        ("code 0x80072EE7", "name-unknown"),
        ("HRESULT 0x8007274D", "refused"),
        ("0x800704CF", "unroutable"),
        ("0x80072F8F", "tls-handshake"),
        ("curl: (6)", "name-unknown"),
        ("curl: (28) x", "timed-out"),
        ("curl: (35) x", "tls-handshake"),
        ("curl: (56) x", "closed"),
        ("curl: (60) x", "certificate"),
        ("curl: (7) x", "refused"),
    ] {
        assert_eq!(kind(said), Some(is), "{said}");
    }
    for said in ["took 10060 ms", "curl: (67) Login denied", "error 404", "0x80070005", "errno 2", "code 10063"] {
        assert_eq!(kind(said), None, "{said}");
    }
}

#[test]
fn trouble_on_the_way_to_the_authority_is_none_of_the_mail_server() {
    let pool = "HTTPSConnectionPool(host='login.microsoftonline.com', port=443): Max retries exceeded";
    for (said, slug) in [
        (format!("{pool} (Caused by NewConnectionError('[Errno 111] Connection refused'))"), "network_blocked"),
        (
            format!("{pool} (ProxyError('Unable to connect to proxy', OSError('Tunnel connection failed: 407 no')))"),
            "proxy_refuses",
        ),
        ("curl: (56) Received HTTP code 407 from proxy after CONNECT".to_owned(), "proxy_refuses"),
        (
            format!(
                "{pool} (ProxyError('Cannot connect to proxy.', NewConnectionError('[Errno 111] Connection refused')))"
            ),
            "proxy_unreachable",
        ),
        ("curl: (5) Could not resolve proxy: proxy.contoso.example".to_owned(), "proxy_unreachable"),
    ] {
        assert_eq!(named(&said).0, slug, "{said}");
        assert_eq!(fact(&said, "host"), "", "{said}");
    }
}

#[test]
fn a_line_that_does_not_say_why_counts_where_no_other_does() {
    let bare = "SMTP Error: Could not connect to SMTP host. Failed to connect to server";
    let reason = "SMTP ERROR: Failed to connect to server: Connection timed out (110)";
    assert_eq!(fact(&format!("{reason}\n{bare}"), "network.kind"), "timed-out");
    assert_eq!(fact(bare, "network.kind"), "unconnected");
    assert_eq!(named(&format!("{bare}\nsmtp.office365.com:587")).0, "network_blocked");
}

#[test]
fn a_host_in_quotes_is_the_one_that_was_tried() {
    for said in
        ["リモート名を解決できませんでした。: 'smtp.ofice365.com'", "「smtp.ofice365.com」の名前を解決できません"]
    {
        let mut evidence = Evidence::default();
        add(&mut evidence, &[Record(said.to_owned())]);
        assert_eq!(evidence.text("network.address").as_deref(), Some("smtp.ofice365.com"), "{said}");
    }
}

#[test]
fn mail_programs_say_in_their_own_words_why_they_are_not_through() {
    for (said, is) in [
        ("Could not find the host \"smtp.ofice365.example\"", "name-unknown"),
        (
            "Untrusted server certificate\nCould not negotiate TLS connection\nCould not send the message.",
            "certificate",
        ),
        ("starttls: hostname verification failed 220 2.0.0 SMTP server ready", "certificate"),
        ("Caused by: java.io.IOException: Can't verify identity of server: smtp.office365.com", "certificate"),
        (
            "javax.net.ssl.SSLHandshakeException: (certificate_expired) PKIX path validation failed: java.security.cert.CertPathValidatorException: validity check failed",
            "certificate",
        ),
        ("msmtp: TLS handshake failed: Error in the pull function.", "closed"),
        ("errormsg='the server sent an empty reply' exitcode=EX_PROTOCOL host=smtp.office365.com", "closed"),
        ("Connection to smtp.office365.com closed\nSMTP session failed: read error", "closed"),
        ("Error: Connection closed unexpectedly\n  code: 'ECONNECTION',\n  command: 'CONN'", "closed"),
        ("TransportException: Connection to \"smtp.office365.com:587\" has been closed unexpectedly.", "closed"),
        ("net/protocol.rb:237:in `rbuf_fill': end of file reached (EOFError)\n net/smtp.rb:1017", "closed"),
        (
            "jakarta.mail.MessagingException: Got bad greeting from SMTP host: smtp.office365.com, port: 587, response: [EOF]",
            "closed",
        ),
        ("connect: Net::SMTP: 421 [Net::SMTP] Connection closed at app.pl line 3.", "closed"),
        (
            "SSL_connect error to smtp.office365.com[192.0.2.7]:587: lost connection\nstatus=deferred (Cannot start TLS: handshake failure)",
            "closed",
        ),
        ("status=deferred (Cannot start TLS: handshake failure)", "tls-handshake"),
        ("aiosmtplib.errors.SMTPConnectTimeoutError: Timed out waiting for server ready message", "timed-out"),
    ] {
        assert_eq!(fact(said, "network.kind"), is, "{said}");
    }
    for said in [
        "H=smtp.office365.com [192.0.2.7]: a TLS session is required, but the server did not offer TLS support",
        "net/smtp.rb:680:in `do_start': STARTTLS is not supported on this server (Net::SMTPUnsupportedCommand)",
        "Error: Error upgrading connection with STARTTLS: 500 5.3.3 Unrecognized command",
        "SMTP Error: Could not connect to SMTP host. STARTTLS command failed Unrecognized command",
    ] {
        assert_eq!(
            (fact(said, "smtp.fault"), named(said).0),
            ("starttls-not-offered".into(), "starttls_missing"),
            "{said}"
        );
    }
    for said in [
        "SMTP timeout after initial connection: Connection timed out",
        "Error: Greeting never received\n  code: 'ETIMEDOUT'",
    ] {
        assert_eq!(fact(said, "reply.stage"), "greeting", "{said}");
    }
}
