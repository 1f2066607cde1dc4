//! What a page in the browser says to who signs in, in English, in Japanese and some of it in others, where it shows no number: people copy
//! the sentence. Each sentence stands for what it says; nothing here says why.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::{super::Evidence, records::Record};

/// The fact `oauth.page`, and the sentences that stand for it, in small letters; which apostrophe there is, or whether
/// there is one, does not matter. A sentence that one number alone has is the matter of `sayings`.
const SAID: [(&str, &[&str]); 10] = [
    (
        "admin-approval",
        &[
            "need admin approval",
            "needs permission to access resources in your organization that only an admin can grant",
            "管理者の承認が必要",
            "管理者のみが付与できる",
            "this app requires your admin's approval",
            "approval required",
            "承認が必要です",
            "administratorgenehmigung erforderlich",
            "die nur ein administrator erteilen kann",
            "organisation que seul un administrateur peut accorder",
            "que solo un administrador puede conceder",
        ],
    ),
    (
        "no-such-account",
        &[
            "that microsoft account doesn't exist",
            "we couldn't find an account with that username",
            "this username may be incorrect",
            "we couldn't find a microsoft account",
            "その microsoft アカウントは存在しません",
            "microsoft アカウントが存在しません",
            "このユーザー名のアカウントは見つかりませんでした",
            "このユーザー名は間違っている可能性があります",
        ],
    ),
    (
        "personal-account",
        &[
            "you can't sign in here with a personal account",
            "use your work or school account instead",
            "個人用アカウントではここにサインインできません",
            "個人アカウントでここにサインインすることはできません",
            "代わりに職場または学校アカウントを使用してください",
        ],
    ),
    (
        "work-account",
        &[
            "you can't use a work or school account here",
            "you can't sign in here with a work or school account",
            "職場または学校アカウントでここにサインインすることはできません",
        ],
    ),
    (
        "criteria",
        &[
            "does not meet the criteria to access",
            "device requesting access to be managed",
            "you cannot access this right now",
            "you can't get there from here",
            "you don't have access to this",
            "現在これにアクセスすることはできません",
            "現在、これにアクセスすることはできません",
            "アクセス条件を満たしていません",
            "サインインは成功しましたが、このリソースにアクセスするための条件を満たしていません",
            "この場所からはアクセスできません",
        ],
    ),
    ("wrong-password", &["your account or password is incorrect", "アカウントまたはパスワードが正しくありません"]),
    ("locked", &["your account has been locked", "your account is locked", "アカウントがロックされています"]),
    (
        "more-information",
        &[
            "more information required",
            "your organization needs more information",
            "詳細情報が必要",
            "詳細情報を求められています",
        ],
    ),
    (
        "code-expired",
        &[
            "that code didn't work",
            "the code you entered has expired",
            "入力したコードの有効期限が切れています",
            "コードが正しくありません",
        ],
    ),
    (
        "trouble",
        &[
            "sorry, but we're having trouble signing you in",
            "we're unable to complete your request",
            "サインインできません",
            "要求を完了できません",
            "サインイン中に問題が発生しました",
        ],
    ),
];

/// Those of them that any page may say: they count where they are a sentence of their own, or beside Microsoft's name.
const ANYBODYS: [&str; 17] = [
    "approval required",
    "承認が必要です",
    "your account or password is incorrect",
    "アカウントまたはパスワードが正しくありません",
    "your account has been locked",
    "your account is locked",
    "アカウントがロックされています",
    "more information required",
    "詳細情報が必要",
    "you dont have access to this",
    "that code didnt work",
    "the code you entered has expired",
    "コードが正しくありません",
    "were unable to complete your request",
    "サインインできません",
    "要求を完了できません",
    "サインイン中に問題が発生しました",
];
const MICROSOFTS: [&str; 6] = ["microsoft", "entra", "office", "outlook", "azure", "aadsts"];

fn says(said: &str, sentence: &str) -> bool {
    let alone = || {
        let mut parts = said.split(['.', '!', '?', '。', '、', ':', '"', '“', '”', '|', '「', '」']);
        parts.any(|part| part.trim() == sentence)
    };
    let beside = || MICROSOFTS.iter().any(|name| said.contains(name));
    said.contains(sentence) && (!ANYBODYS.contains(&sentence) || beside() || alone())
}

/// Longer than any of them; nobody reads a page through for a sentence.
const LONGEST: usize = 4_000;

static SENTENCES: LazyLock<Vec<(&str, String)>> = LazyLock::new(|| {
    let each = |(page, sentences): &(&'static str, &[&str])| {
        let page = *page;
        sentences.iter().map(|sentence| (page, sentence.replace('\'', ""))).collect::<Vec<_>>()
    };
    SAID.iter().flat_map(each).collect()
});
/// Most lines are of logs, and none of these words is in them.
#[expect(clippy::expect_used, reason = "patterns in the binary; a test uses them")]
static TELLING: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let kind = Some(AhoCorasickKind::ContiguousNFA);
    let build = AhoCorasick::builder().ascii_case_insensitive(true).kind(kind).build(words());
    build.expect("sentences of pages")
});

/// Of each sentence the longest part that has no apostrophe.
pub(super) fn words() -> impl Iterator<Item = &'static str> {
    let longest = |sentence: &&'static str| sentence.split('\'').max_by_key(|part| part.len());
    SAID.iter().flat_map(move |(_, sentences)| sentences.iter().filter_map(longest))
}

pub fn add(evidence: &mut Evidence, records: &[Record]) {
    for Record(line) in records.iter().filter(|Record(line)| TELLING.is_match(line)) {
        let said: String = line.chars().take(LONGEST).filter(|letter| !matches!(letter, '\'' | '’' | '`')).collect();
        let said = said.to_lowercase();
        if let Some((page, _)) = SENTENCES.iter().find(|(_, sentence)| says(&said, sentence)) {
            evidence.add_once("oauth.page", page);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_known_by_its_sentence_in_either_language() {
        for (text, page) in [
            ("Need admin approval", "admin-approval"),
            ("管理者の承認が必要", "admin-approval"),
            ("That Microsoft account doesn’t exist. Enter a different account", "no-such-account"),
            (
                "You can't sign in here with a personal account. Use your work or school account instead.",
                "personal-account",
            ),
            ("Your sign-in was successful but does not meet the criteria to access this resource.", "criteria"),
            (
                "Mailer benötigt eine Berechtigung für Ressourcen, die nur ein Administrator erteilen kann.",
                "admin-approval",
            ),
            ("… ressources de votre organisation que seul un administrateur peut accorder", "admin-approval"),
            ("… recursos de su organización que solo un administrador puede conceder.", "admin-approval"),
            ("申し訳ありません。サインインできません。", "trouble"),
            ("Sorry, but we’re having trouble signing you in.", "trouble"),
            ("535 5.7.139 Authentication unsuccessful", ""),
            ("More information required", "more-information"),
            ("Your account has been locked. Contact your support person to unlock it.", "locked"),
            ("Microsoft: your account is locked until tomorrow", "locked"),
            ("GET /signin more information required for order 55", ""),
            ("sign-in: your account is locked at the shop", ""),
        ] {
            let mut evidence = Evidence::default();
            add(&mut evidence, &[Record(text.to_owned())]);
            assert_eq!(evidence.text("oauth.page").unwrap_or_default(), page, "{text}");
        }
    }
}
