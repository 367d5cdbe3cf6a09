package dev.evenkeel.server.hub.engineio;

/** A GET of long polling that waits for its answer. It gets exactly one, on any thread. */
public interface Poll {

  /**
   * Answers it with packets.
   *
   * @param payload the packets as they stand in the answer's body
   * @param taken to be called once, when the network took the answer or never will
   */
  void answer(byte[] payload, Runnable taken);

  /** Refuses it. */
  void refuse(Refusal refusal);

  /**
   * Ends its connection if the network has not taken the whole answer by now: the client does not
   * read it.
   */
  void abort();
}
