package dev.evenkeel.server.extension;

import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A jar in the extensions folder from look to look. Its owner guards it. */
final class TrackedJar {

  /** After so many looks without it a jar is gone: some tools delete before they write anew. */
  private static final int LOOKS_UNTIL_GONE = 2;

  /** After so many looks without a change what is not whole is not just being written. */
  private static final int PATIENCE = 10;

  private final Path file;

  // Mutable state
  private @Nullable FileState seen;
  private @Nullable FileState decided;
  private int unchanged;
  private int missed;
  private boolean underWay;
  private @Nullable FileState taking;
  private boolean again;
  private @Nullable String named;
  private @Nullable String coming;
  private @Nullable String extension;
  private ExtensionsFolder.@Nullable RefusedJar refusal;

  TrackedJar(Path file) {
    this.file = file;
  }

  Path file() {
    return file;
  }

  void see(FileState now) {
    missed = 0;
    unchanged = now.equals(seen) ? unchanged + 1 : 0;
    seen = now;
  }

  void miss() {
    missed++;
    unchanged = 0;
    seen = null;
  }

  /** Takes it for written, without a second look. */
  void isStable() {
    unchanged = Math.max(1, unchanged);
  }

  /** Whether it is to be taken: there is something new, and it is written. */
  boolean isReady() {
    return !underWay && seen != null && unchanged > 0 && !seen.equals(decided);
  }

  boolean mayBeBeingWritten() {
    return unchanged < PATIENCE;
  }

  boolean isMissing() {
    return missed > 0;
  }

  boolean isGone() {
    return !underWay && missed >= LOOKS_UNTIL_GONE;
  }

  /** It is being taken as it is now. */
  void begin() {
    underWay = true;
    again = false;
    taking = seen;
  }

  /** The extension in it has said its name, and is to be taken when its turn comes. */
  void isNamed(String name) {
    named = name;
  }

  /** The extension that is being taken has this name. */
  void comesAs(String name) {
    coming = name;
  }

  /** It is no longer being taken. */
  void end() {
    underWay = false;
    named = null;
    coming = null;
  }

  /** Whether it is being taken, and its extension has this name. */
  boolean brings(String name) {
    return name.equals(coming);
  }

  /** Whether it is being taken, and its extension has this name or may have it. */
  boolean mayBring(String name) {
    return underWay && (named == null || named.equals(name));
  }

  void taken(String name) {
    decided = taking;
    extension = name;
    refusal = null;
  }

  /** What ran before goes on. */
  void refused(String reason, Instant now) {
    decided = again ? null : taking;
    refusal = new ExtensionsFolder.RefusedJar(file.getFileName().toString(), now, reason);
  }

  /** Another jar has taken its extension over. */
  void handedOver() {
    extension = null;
  }

  /** What was refused, or is just being refused, may be taken now. */
  void tryAgain() {
    if (underWay) {
      again = true;
    } else if (refusal != null) {
      decided = null;
    }
  }

  /** The name of its extension, or null when none of it runs. */
  @Nullable String extension() {
    return extension;
  }

  ExtensionsFolder.@Nullable RefusedJar refusal() {
    return refusal;
  }
}
