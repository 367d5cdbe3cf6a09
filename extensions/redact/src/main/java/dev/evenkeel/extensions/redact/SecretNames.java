package dev.evenkeel.extensions.redact;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells by the name of a field or variable what its value is. */
final class SecretNames {

  /** What a name says of its value. */
  enum Meaning {
    /** Something that a person may have chosen: any value is taken. */
    PASSWORD,
    /** Something that a machine made: only what looks like it is taken. */
    KEY,
    /** A header: a scheme may stand before it. */
    HEADER
  }

  /** The characters of a name, in a text or between two dots. */
  static final Ascii CHARACTERS = Ascii.of("0-9a-zA-Z_-");

  static final int LONGEST = 64;

  private static final int SHORTEST = 3;

  private static final List<String> PASSWORDS =
      List.of("password", "passwd", "passphrase", "pwd", "secret", "credential", "credentials");
  private static final List<String> KEYS =
      List.of(
          "token",
          "apikey",
          "secretkey",
          "secretkeybase",
          "accesskey",
          "privatekey",
          "accountkey",
          "encryptionkey",
          "signingkey",
          "masterkey",
          "servicekey",
          "servicerolekey",
          "authkey",
          "sessionkey",
          "hmackey",
          "deploykey",
          "appkey",
          "paymentkey",
          "merchantkey",
          "stripekey",
          "adyenkey",
          "paypalkey",
          "braintreekey",
          "razorpaykey",
          "licensekey");
  private static final List<String> HEADERS = List.of("authorization", "cookie");

  /** The working folder, and positions in a list: the same words for something else. */
  private static final List<String> NOT =
      List.of("pwd", "oldpwd", "pagetoken", "nexttoken", "continuationtoken", "maxtoken");

  private static final List<String> NOT_AT_END = NOT.subList(2, NOT.size());

  private SecretNames() {}

  /** What the name there says, or null when it says nothing. */
  static @Nullable Meaning meaningOf(Text text, int from, int to) {
    if (to - from > LONGEST || to - from < SHORTEST || !canEndSo(text, to)) {
      return null;
    }
    var letters = new StringBuilder(to - from);
    for (int i = from; i < to; i++) {
      int c = text.at(i);
      if (Ascii.ALPHANUMERIC.contains(c)) {
        letters.append((char) Ascii.lower(c));
      }
    }
    String name = letters.toString();
    if (NOT.contains(name) || endsWithOne(name, NOT_AT_END)) {
      return null;
    }
    if (endsWithOne(name, PASSWORDS) || isPass(text, name, to)) {
      return Meaning.PASSWORD;
    }
    if (endsWithOne(name, KEYS)) {
      return Meaning.KEY;
    }
    return endsWithOne(name, HEADERS) ? Meaning.HEADER : null;
  }

  /** A loop and no stream: it is asked for every name that ends as a secret one may. */
  private static boolean endsWithOne(String name, List<String> endings) {
    for (int i = 0; i < endings.size(); i++) {
      if (name.endsWith(endings.get(i))) {
        return true;
      }
    }
    return false;
  }

  /** Most names are told by their last letters already: this is asked for every field. */
  private static boolean canEndSo(Text text, int to) {
    int last = lower(text, to - 3) << 16 | lower(text, to - 2) << 8 | lower(text, to - 1);
    return switch (last) {
      case 'o' << 16 | 'r' << 8 | 'd', 's' << 16 | 'w' << 8 | 'd', 'p' << 16 | 'w' << 8 | 'd' ->
          true;
      case 'a' << 16 | 's' << 8 | 'e', 'a' << 16 | 's' << 8 | 's', 'r' << 16 | 'e' << 8 | 't' ->
          true;
      case 'i' << 16 | 'a' << 8 | 'l', 'a' << 16 | 'l' << 8 | 's', 'k' << 16 | 'e' << 8 | 'n' ->
          true;
      case 'k' << 16 | 'e' << 8 | 'y', 'i' << 16 | 'o' << 8 | 'n', 'k' << 16 | 'i' << 8 | 'e' ->
          true;
      default -> false;
    };
  }

  private static int lower(Text text, int at) {
    return Ascii.lower(text.at(at));
  }

  /** {@code DB_PASS}, and not {@code compass}. */
  private static boolean isPass(Text text, String name, int to) {
    return name.equals("pass") || (name.endsWith("pass") && text.at(to - 5) == '_');
  }
}
