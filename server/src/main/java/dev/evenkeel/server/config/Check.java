package dev.evenkeel.server.config;

import java.time.Duration;

/** What most settings are checked for. */
final class Check {

  private Check() {}

  static void atLeast(String key, long value, long least, String why) {
    if (value < least) {
      throw new InvalidSettingException(key, " is " + value + "; " + why);
    }
  }

  static void positive(String key, Duration value) {
    if (value.isZero() || value.isNegative()) {
      throw new InvalidSettingException(
          key, " is " + value.toMillis() + " ms; it has to be longer than nothing");
    }
  }
}
