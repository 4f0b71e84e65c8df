package org.mtrljudge.service;

/** The work of a service. One thread runs it; other threads ask for its state and stop it. */
public interface ServiceLoop {
    /** Opens its resources, works until it is done or stopped, and closes its resources. */
    void run() throws InterruptedException;

    /** Makes {@link #run} end soon. Work in progress is finished or released. It may be called before {@link #run} begins. */
    void stop();

    /** Makes {@link #run} end at once, without finishing the work in progress: the process is killed soon. */
    default void abandon() {}

    /** Whether the loop does its work now: it is not starting, stopping or stalled. */
    boolean isReady();
}
