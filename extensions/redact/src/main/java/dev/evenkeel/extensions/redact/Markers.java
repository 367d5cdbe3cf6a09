package dev.evenkeel.extensions.redact;

import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What stands in a secret's place: its kind and a short keyed hash, {@code
 * [redacted:github-token#1f2e3d4c]}. The same secret has the same marker as long as the key is the
 * same, so that one can see that it came again; without the key nobody can try out what it was.
 */
final class Markers {

  /** How each marker begins. */
  static final String START = "[redacted:";

  private static final String ALGORITHM = "HmacSHA256";
  private static final int HASH_BYTES = 4;

  private final SecretKeySpec key;

  Markers(byte[] key) {
    this.key = new SecretKeySpec(key, ALGORITHM);
  }

  /** Plain ASCII, without anything that JSON would have to escape or that looks like a value. */
  String of(Text text, Finding finding) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      mac.update(text.bytes(), finding.from(), finding.to() - finding.from());
      String hash = HexFormat.of().formatHex(mac.doFinal(), 0, HASH_BYTES);
      return START + finding.kind() + "#" + hash + "]";
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no " + ALGORITHM, e);
    }
  }
}
