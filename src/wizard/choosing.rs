//! Another product, another cloud: what of the settings is taken along, and what is not. It asks nobody.

use super::desk::Desk;
use crate::{
    account::Settings,
    checklist::Item,
    entra::Cloud,
    phrase::Phrase,
    product::{self, Product},
};

impl Desk {
    /// Sets up another product. Another cloud has other addresses, tenants and apps: what was typed for the one
    /// before is not taken along, but what was known beforehand.
    pub fn choose(&mut self, product: &Product) {
        let named = |settings: &Settings| settings.product.as_deref().and_then(product::find);
        let akin = self.suggested.cloud.is_none_or(|cloud| cloud.is_microsoft() == product.cloud.is_microsoft())
            && named(&self.suggested).is_none_or(|known| known.is_akin(product));
        let suggested = if akin { self.suggested.clone() } else { Settings::default() };
        // A product for Microsoft's clouds is for each of them, unless its accounts are all in one.
        let cloud = suggested.cloud.filter(|_| product.tenant.is_none()).unwrap_or(product.cloud);
        let before = named(&self.draft.settings);
        let same = suggested.product.as_ref().is_none_or(|known| *known == product.id);
        let known_host = suggested.smtp.host.clone().filter(|_| same);
        self.change(|desk| {
            let settings = &mut desk.draft.settings;
            let tenant = product.tenant.as_ref();
            if before.is_some_and(|before| settings.cloud() != cloud || !before.is_akin(product)) {
                settings.endpoints = suggested.endpoints;
                settings.smtp = suggested.smtp;
                settings.client_id = suggested.client_id;
                settings.tenant = suggested.tenant;
                settings.scopes = suggested.scopes;
            }
            settings.product = Some(product.id.clone());
            let base_url = settings.base_url.take().or(suggested.base_url);
            settings.base_url = base_url.filter(|_| product.base);
            settings.cloud = Some(cloud);
            settings.tenant = tenant.cloned().or(settings.tenant.take());
            // A product's own server is no other's; beside it counts what was known beforehand for the same product.
            let of_before = before.and_then(|before| before.smtp_host.as_ref());
            let kept = settings.smtp.host.take().filter(|host| Some(host) != of_before);
            settings.smtp.host = match &product.smtp_host {
                Some(own) => known_host.or_else(|| Some(own.clone())),
                None => kept,
            };
            settings.sender = settings.sender.take().filter(|_| product.has_sender());
            if !product.ways.contains(&desk.draft.way()) {
                desk.draft.way = None;
                desk.draft.settings.take_way(product.ways[0]);
                desk.draft.settings.consent = None;
            }
            // Another product's is registered for another app, or for none.
            if before.is_some_and(|before| before.redirect_here() != product.redirect_here()) {
                desk.draft.settings.redirect_uri = None;
            }
            desk.settle_redirect();
        });
        if let Some(tenant) = &product.tenant {
            let shared = Phrase::new("evidence.tenant-shared").with("tenant", tenant);
            self.draft.checklist.not_needed(Item::Tenant, shared);
        }
    }

    /// A browser comes back to the product's usual place unless another was named.
    pub fn settle_redirect(&mut self) {
        let comes_back = self.product().signs_in_itself() || self.draft.settings.way().is_browser();
        if comes_back && self.draft.settings.redirect_uri.is_none() {
            self.draft.settings.redirect_uri = self.product().redirect_here().parse().ok();
        }
    }

    /// Another of Microsoft's clouds. Tenant, app and mail server of the one before are not taken along, but what
    /// was known beforehand.
    pub fn move_to(&mut self, cloud: Cloud) {
        let suggested = self.suggested.clone();
        self.change(|desk| {
            let settings = &mut desk.draft.settings;
            if settings.cloud() != cloud {
                settings.tenant = None;
                settings.client_id = suggested.client_id;
                settings.scopes = suggested.scopes;
                settings.smtp = suggested.smtp;
            }
            settings.cloud = Some(cloud);
        });
    }
}
