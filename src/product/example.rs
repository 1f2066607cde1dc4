//! The product that docs/CONTRIBUTING.md makes up, taken out of that page: in tests it is there like any other, but
//! on no list. It must not be shipped.

use std::sync::LazyLock;

use super::Product;

const PAGE: &str = include_str!("../../docs/CONTRIBUTING.md");
pub const ID: &str = "acme-scanner";

/// What stands between the fences after the file's name; nothing where the page has no example.
pub static SOURCE: LazyLock<&str> = LazyLock::new(|| {
    let example = PAGE.split_once("```toml\n# src/product/acme-scanner.toml\n");
    example.and_then(|(_, rest)| rest.split_once("```\n")).map_or("", |(source, _)| source)
});

static PRODUCT: LazyLock<Result<Product, toml::de::Error>> = LazyLock::new(|| Product::read(*SOURCE));

pub fn product() -> Result<&'static Product, &'static toml::de::Error> {
    PRODUCT.as_ref()
}
