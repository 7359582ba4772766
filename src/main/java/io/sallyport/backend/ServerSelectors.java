package io.sallyport.backend;

import io.sallyport.config.BackendConfig.Balance;

/** The selector of each {@code balance}. */
final class ServerSelectors {
    private ServerSelectors() {}

    static ServerSelector of(Balance balance) {
        return switch (balance) {
            case ROUND_ROBIN -> new RoundRobin();
            case LEAST_CONNECTIONS -> new LeastConnections();
            case RANDOM_TWO -> new RandomTwo();
            case SOURCE_HASH -> new RendezvousHash();
        };
    }
}
