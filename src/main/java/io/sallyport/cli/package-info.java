/**
 * The command line: one class for each command, and {@link io.sallyport.cli.Main}, which turns their outcome into an exit
 * code. Nothing else knows of exit codes, signals or standard error.
 */
@NullMarked
package io.sallyport.cli;

import org.jspecify.annotations.NullMarked;
