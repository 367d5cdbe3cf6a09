package dev.evenkeel.soak;

import java.util.Map;

/**
 * How everything was at one moment of the run.
 *
 * @param millis since the run began
 * @param epoch which start of the server, from 1 on
 * @param accepted events in the run until now
 * @param acceptedInEpoch events since the server's last start
 * @param rssBytes from {@code /proc}, as are threads and descriptors
 * @param liveBytes objects that are reachable, counted by a class histogram after a full
 *     collection; -1 in a sample without one
 * @param connections that the server counts to its targets
 * @param joined sockets that the targets count, all together
 * @param hubClients that the server counts
 * @param lag events of agents that have not reached the last receiver yet
 * @param fullest the map or queue that is nearest to its limit, and how near
 * @param answerMillis percentiles of the answers in milliseconds since the sample before, by their
 *     name
 * @param deliveryMillis percentiles from post to the first target
 */
record Sample(
    long millis,
    int epoch,
    long accepted,
    long acceptedInEpoch,
    long rssBytes,
    long peakRssBytes,
    long liveBytes,
    int threads,
    int descriptors,
    int connections,
    int joined,
    int hubClients,
    long logBytes,
    long diskBytes,
    long removed,
    long classes,
    long metaspaceBytes,
    long lag,
    double perSecond,
    Fullest fullest,
    Map<String, Double> answerMillis,
    Map<String, Double> deliveryMillis) {

  Sample {
    answerMillis = Map.copyOf(answerMillis);
    deliveryMillis = Map.copyOf(deliveryMillis);
  }

  boolean hasLiveBytes() {
    return liveBytes >= 0;
  }
}
