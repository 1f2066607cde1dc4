//! What a page in the browser says to who signs in, in English and in Japanese, where it shows no number: people copy
//! the sentence. Each sentence stands for what it says; nothing here says why.

use super::{super::Evidence, records::Record};

/// The fact `oauth.page`, and the sentences that stand for it, in small letters and without apostrophes.
const SAID: [(&str, &[&str]); 11] = [
    (
        "admin-approval",
        &[
            "need admin approval",
            "needs permission to access resources in your organization that only an admin can grant",
            "管理者の承認が必要",
            "管理者のみが付与できる",
            "this app requires your admins approval",
            "承認が必要です",
        ],
    ),
    (
        "no-such-account",
        &[
            "that microsoft account doesnt exist",
            "we couldnt find an account with that username",
            "this username may be incorrect",
            "we couldnt find a microsoft account",
            "その microsoft アカウントは存在しません",
            "microsoft アカウントが存在しません",
            "このユーザー名のアカウントは見つかりませんでした",
            "このユーザー名は間違っている可能性があります",
        ],
    ),
    (
        "personal-account",
        &[
            "you cant sign in here with a personal account",
            "use your work or school account instead",
            "個人用アカウントではここにサインインできません",
            "個人アカウントでここにサインインすることはできません",
            "代わりに職場または学校アカウントを使用してください",
        ],
    ),
    (
        "work-account",
        &[
            "you cant use a work or school account here",
            "you cant sign in here with a work or school account",
            "職場または学校アカウントでここにサインインすることはできません",
        ],
    ),
    (
        "criteria",
        &[
            "your sign-in was successful but does not meet the criteria",
            "you cannot access this right now",
            "you cant get there from here",
            "you dont have access to this",
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
            "that code didnt work",
            "the code you entered has expired",
            "入力したコードの有効期限が切れています",
            "コードが正しくありません",
        ],
    ),
    (
        "not-assigned",
        &["is not assigned to a role for the application", "アプリケーションのロールに割り当てられていません"],
    ),
    (
        "trouble",
        &[
            "sorry, but were having trouble signing you in",
            "were unable to complete your request",
            "サインインできません",
            "要求を完了できません",
            "サインイン中に問題が発生しました",
        ],
    ),
];

/// Longer than any of them; nobody reads a page through for a sentence.
const LONGEST: usize = 4_000;

pub fn add(evidence: &mut Evidence, records: &[Record]) {
    for Record(line) in records {
        if !may_tell(line) {
            continue;
        }
        let said: String = line.chars().take(LONGEST).filter(|letter| !matches!(letter, '\'' | '’' | '`')).collect();
        let said = said.to_lowercase();
        let page = SAID.iter().find(|(_, sentences)| sentences.iter().any(|sentence| said.contains(sentence)));
        if let Some((page, _)) = page {
            evidence.add_once("oauth.page", page);
        }
    }
}

/// Most lines are of logs; none of these words is in every one of them.
fn may_tell(line: &str) -> bool {
    const WORDS: [&str; 12] = [
        "account",
        "approval",
        "sign",
        "access",
        "admin",
        "code",
        "nformation",
        "Sorry",
        "unable",
        "there from",
        "role",
        "username",
    ];
    !line.is_ascii() || WORDS.iter().any(|word| line.contains(word))
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
            ("申し訳ありません。サインインできません。", "trouble"),
            ("Sorry, but we’re having trouble signing you in.", "trouble"),
            ("535 5.7.139 Authentication unsuccessful", ""),
        ] {
            let mut evidence = Evidence::default();
            add(&mut evidence, &[Record(text.to_owned())]);
            assert_eq!(evidence.text("oauth.page").unwrap_or_default(), page, "{text}");
        }
    }
}
