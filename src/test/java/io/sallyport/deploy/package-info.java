/** The image, the Compose file, the Kubernetes manifests, the dashboard and the alerts. */
@NullMarked
package io.sallyport.deploy;

import org.jspecify.annotations.NullMarked;
