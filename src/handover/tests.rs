//! Whole texts for a few, and for all of them what must hold: the language's parser takes a script, nothing of the
//! templates is left, and a value stands in quotes alone.

use tree_sitter::{Node, Parser};

use super::*;
use crate::{account::Settings, entra::Cloud, language::Language, product, way::Way};

const COMMAND: &str = "smtp-oauth handover --format powershell";

fn facts(way: Way, more: &str) -> Facts {
    let settings = format!("product = \"server\"\nuser = \"alerts@contoso.example\"\n{more}");
    let settings: Settings = toml::from_str(&settings).unwrap();
    Facts::of(&settings, product::default(), way).unwrap()
}

const KNOWN: &str = "tenant = \"8d2c0000-1111-2222-3333-0123456789ab\"\n\
                     client_id = \"0f000000-0000-4000-8000-000000000001\"\nsender = \"noreply@contoso.example\"\n";

const BASE: &str = "base_url = \"https://files.contoso.example\"\n";

const HVE: &str = "[smtp]\nhost = \"smtp.hve.mx.microsoft\"";

fn of_product(id: &str, way: Way, more: &str) -> Facts {
    let product = product::find(id).unwrap();
    let mut settings: Settings =
        toml::from_str(&format!("product = \"{id}\"\nuser = \"alerts@contoso.example\"\n{more}")).unwrap();
    settings.smtp.host = settings.smtp.host.or(product.smtp_host.clone());
    Facts::of(&settings, product, way).unwrap()
}

/// One of each kind.
fn each() -> Vec<Facts> {
    let mut each = Vec::new();
    for product in product::all() {
        if product.tenant.is_none() && product.cloud.is_microsoft() {
            each.extend(product.ways.iter().map(|way| of_product(&product.id, *way, "")));
            each.extend(product.ways.iter().map(|way| of_product(&product.id, *way, KNOWN)));
        }
    }
    for way in Way::ALL {
        for more in ["", KNOWN, HVE] {
            each.push(facts(way, more));
        }
        for cloud in [Cloud::GccHigh, Cloud::Dod, Cloud::China] {
            each.push(Facts { cloud, ..facts(way, KNOWN) });
        }
    }
    each
}

fn said(format: Format, facts: &Facts, language: Language) -> String {
    text(format, facts, &Texts::new(language), COMMAND)
}

#[test]
fn whole_texts() {
    for language in Language::ALL {
        let snapshot = |name: &str, format: Format, facts: &Facts| {
            insta::assert_snapshot!(format!("{name}-{}", language.code()), said(format, facts, language));
        };
        snapshot("note-bom", Format::Markdown, &of_product("bom", Way::Paste, ""));
        snapshot("note-proself", Format::Markdown, &of_product("proself", Way::Paste, BASE));
        snapshot("note-app", Format::Markdown, &facts(Way::Secret, KNOWN));
        snapshot("note-hve", Format::Markdown, &of_product("hve", Way::Secret, KNOWN));
        snapshot("powershell-intra-mart", Format::PowerShell, &of_product("intra-mart", Way::Paste, ""));
        snapshot("powershell-app", Format::PowerShell, &facts(Way::Secret, KNOWN));
        snapshot("powershell-hve", Format::PowerShell, &of_product("hve", Way::Secret, ""));
        snapshot("azcli-bom", Format::AzCli, &of_product("bom", Way::Paste, KNOWN));
        snapshot("azcli-app", Format::AzCli, &facts(Way::Certificate, KNOWN));
    }
}

#[test]
fn nothing_of_the_templates_is_left() {
    for facts in each() {
        for (format, language) in Format::ALL.into_iter().flat_map(|format| Language::ALL.map(|of| (format, of))) {
            let text = said(format, &facts, language);
            let text = text.replace("-split '@'", "");
            for left in ["#if ", "#end", "#: ", "'@", "{portal}", "{mailbox}", "#values", "#connect", "#exchange"] {
                assert!(!text.contains(left), "{left} is left in {text}");
            }
            assert!(text.ends_with('\n') && !text.contains("\n\n\n"), "{text}");
        }
    }
}

fn parsed(script: &str) -> tree_sitter::Tree {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_powershell::LANGUAGE.into()).unwrap();
    parser.parse(script, None).unwrap()
}

fn walk<'a>(node: Node<'a>, seen: &mut impl FnMut(Node<'a>)) {
    seen(node);
    for at in 0..node.child_count() {
        if let Some(child) = node.child(u32::try_from(at).unwrap()) {
            walk(child, seen);
        }
    }
}

/// What stands behind `# ` in the second part of the shell script.
fn exchange_part(script: &str) -> String {
    let part = script.split_once("# $ErrorActionPreference").unwrap().1;
    let lines = part.lines().map(|line| line.strip_prefix("# ").unwrap_or_default());
    format!("$ErrorActionPreference{}\n", lines.collect::<Vec<_>>().join("\n"))
}

#[test]
fn powershell_can_be_parsed() {
    for (facts, language) in each().iter().flat_map(|facts| Language::ALL.map(|language| (facts, language))) {
        let whole = said(Format::PowerShell, facts, language);
        let part = exchange_part(&said(Format::AzCli, facts, language));
        for script in [whole, part] {
            let tree = parsed(&script);
            walk(tree.root_node(), &mut |node| {
                assert!(!node.is_error() && !node.is_missing(), "{:?}\n{script}", node.start_position());
            });
        }
    }
}

/// Microsoft Graph's cmdlets are functions of a module, which a script's own preference does not reach: a refusal would
/// be passed over, and never tried again.
#[test]
fn a_failure_in_a_module_stops_the_script_too() {
    for facts in each() {
        let whole = said(Format::PowerShell, &facts, Language::English);
        let part = exchange_part(&said(Format::AzCli, &facts, Language::English));
        for script in [whole, part] {
            let at = script.find("\n$PSDefaultParameterValues['*:ErrorAction'] = 'Stop'\n");
            assert!(at.is_some() && at < script.find("Invoke-Patiently"), "{script}");
        }
    }
}

/// Exchange may not be there, or refuse: what was made before is said by then, the secret above all.
#[test]
fn what_is_shown_once_is_shown_before_the_next_may_fail() {
    let order = |format: Format, marks: [&str; 4]| {
        for facts in [of_product("intra-mart", Way::Paste, KNOWN), facts(Way::Secret, KNOWN)] {
            let script = said(format, &facts, Language::English);
            let at = marks.map(|mark| script.find(mark).unwrap_or_else(|| panic!("no {mark} in {script}")));
            assert!(at.is_sorted(), "{at:?}\n{script}");
        }
    };
    let made = "Add-MgApplicationPassword";
    order(Format::PowerShell, [made, "'client_id      = '", "$secret.SecretText", "Connect-ExchangeOnline"]);
    order(Format::AzCli, ["/addPassword", "'client_id      = ", "'client_secret  = ", "Connect-ExchangeOnline"]);
    let app = said(Format::PowerShell, &facts(Way::Secret, KNOWN), Language::English);
    assert!(app.find("'object_id ") < app.find("Connect-ExchangeOnline"), "{app}");
}

/// All that an address may have in it, and nothing that may not.
const ODD: &str = "o'h$(id)`a`{x}|#%&*@contoso.example";

#[test]
fn a_value_stands_in_quotes_alone() {
    let odd = ODD.replace(['(', ')'], "");
    for way in Way::ALL {
        let mut facts = facts(way, KNOWN);
        (facts.mailbox, facts.sender) = (Some(odd.parse().unwrap()), Some(format!("x{odd}").parse().unwrap()));
        for language in Language::ALL {
            let script = said(Format::PowerShell, &facts, language);
            let doubled = odd.replace('\'', "''");
            assert!(script.contains(&doubled) && !script.contains(&odd));
            let mut literals = String::new();
            walk(parsed(&script).root_node(), &mut |node| {
                if node.kind() == "verbatim_string_characters" {
                    literals.push_str(&script[node.byte_range()]);
                }
            });
            assert_eq!(literals.matches(&doubled).count(), script.matches(&doubled).count(), "{script}");
        }
    }
}

#[test]
fn markdown_shows_a_value_as_it_is() {
    let odd = ODD.replace(['(', ')'], "");
    let mut facts = facts(Way::DeviceCode, "");
    facts.mailbox = Some(odd.parse().unwrap());
    let note = said(Format::Markdown, &facts, Language::English);
    let spans = [format!("`` {odd} ``"), format!("`` smtp-oauth {odd} ``")];
    assert_eq!(
        note.matches(&odd).count(),
        spans.iter().map(|span| note.matches(span).count()).sum::<usize>(),
        "{note}"
    );
}

#[test]
fn a_script_that_is_not_ascii_begins_with_a_mark() {
    assert_eq!(Format::PowerShell.mark("# あ"), "\u{feff}");
    assert_eq!((Format::PowerShell.mark("# a"), Format::AzCli.mark("# あ"), Format::Markdown.mark("あ")), ("", "", ""));
}

#[test]
fn nobody_can_be_asked_for_a_personal_account_or_elsewhere() {
    let of = |product: &str, settings: &str| {
        let settings: Settings = toml::from_str(settings).unwrap();
        Facts::of(&settings, product::find(product).unwrap(), Way::DeviceCode).unwrap_err()
    };
    assert_eq!(of("outlook-com", ""), Refusal::Personal);
    assert_eq!(of("server", "tenant = \"9188040d-6c67-4c5b-b112-36a304b66dad\""), Refusal::Personal);
    assert_eq!(of("custom", "cloud = \"custom\""), Refusal::NoMicrosoft);
}

#[test]
fn a_name_for_any_tenant_is_no_directory() {
    let tenant = |tenant: &str| facts(Way::DeviceCode, &format!("tenant = \"{tenant}\"")).tenant;
    assert_eq!(tenant("organizations"), None);
    assert_eq!(tenant("contoso.example").unwrap().as_str(), "contoso.example");
}
