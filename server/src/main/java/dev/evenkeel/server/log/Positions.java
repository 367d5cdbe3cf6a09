package dev.evenkeel.server.log;

/** Where readers that the log remembers have come to. */
public interface Positions {

  /**
   * Takes up the place of a reader: the one it had when the server stopped, or, for a new one, the
   * newest event.
   *
   * @param reader a name for the reader, the same in every run
   * @param lanes what it reads; when a reader's share has changed, it begins at the earliest place
   *     of all shares it had
   */
  Position resume(String reader, Lanes lanes);

  /** The place of one reader. It may be used by one thread. */
  interface Position {

    /** The id up to which the reader has everything of its lanes. */
    long confirmed();

    /**
     * Moves the place forward, and tells retention that what lies behind is no longer needed here.
     * It is written to disk soon, together with other work, not at once.
     */
    void confirm(long id);

    /** What the reader noted last, in this run or an earlier one; 0 at first. */
    int note();

    /**
     * Keeps a number with the place, for the reader's own use. It is written to disk as the place
     * is, and kept when the reader's share changes.
     */
    void note(int value);
  }
}
