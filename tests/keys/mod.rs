//! A certificate with its key, for the tests that let an app sign in by one. The key is RFC 9500's, which everybody
//! knows: it is no secret.

/// Certificate and key in PEM, valid at any time, and the certificate's DER.
pub fn pair() -> (String, String, Vec<u8>) {
    let key = include_str!("rfc9500-rsa2048.pem").replace("TESTING", "PRIVATE");
    let pkcs1 = pem::parse(&key).unwrap().into_contents();
    // PKCS#8 around it, since `rcgen` reads nothing else.
    let algorithm = b"\x02\x01\0\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\0";
    let long = |tag: u8, body: &[u8]| {
        [&[tag, 0x82], u16::try_from(body.len()).unwrap().to_be_bytes().as_slice(), body].concat()
    };
    let pkcs8 = long(0x30, &[algorithm.as_slice(), &long(0x04, &pkcs1)].concat());
    let signer = rcgen::KeyPair::try_from(pkcs8).unwrap();
    let certificate = rcgen::CertificateParams::new(Vec::new()).unwrap().self_signed(&signer).unwrap();
    (certificate.pem(), key, certificate.der().to_vec())
}
