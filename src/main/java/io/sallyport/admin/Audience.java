package io.sallyport.admin;

/** Who a path is for. */
enum Audience {
    /** The kubelet, load balancers: they have no token, send any {@code Host}, and learn one word. */
    PROBES,
    /** Reaches its targets by the names of services. */
    PROMETHEUS,
    /** People, who see and change everything. */
    OPERATORS
}
