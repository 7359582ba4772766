/**
 * The load generator of the side-by-side harness, and the backend that it is answered by.
 *
 * <p>One process, one event loop: {@link io.sallyport.benchmarks.load.LoadTool} takes one command a line and answers with
 * one line of figures. Everything is bounded in count and in time, and connects to loopback addresses alone.
 */
package io.sallyport.benchmarks.load;
