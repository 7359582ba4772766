/** What a service manager of the kind of systemd gives to a process and hears from it: sd_notify(3), sd_listen_fds(3). */
@NullMarked
package io.sallyport.systemd;

import org.jspecify.annotations.NullMarked;
