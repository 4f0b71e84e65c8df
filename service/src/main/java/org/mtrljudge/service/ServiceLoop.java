package org.mtrljudge.service;

/** What a service does all the time. One thread runs it, others ask and stop it. */
public interface ServiceLoop {
    /** Opens what it needs, works until it is done or stopped, and frees everything. */
    void run() throws InterruptedException;

    /** Lets {@link #run} end soon: what is in hand is finished or given back. Also before it began. */
    void stop();

    /** Whether it does its work now, and does not start, stop or stand still. */
    boolean isReady();
}
