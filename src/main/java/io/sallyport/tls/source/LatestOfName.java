package io.sallyport.tls.source;

import io.sallyport.tls.material.KeyAlgorithm;
import io.sallyport.tls.material.KeyMaterial;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Of several certificates for one name and kind of key the one with the later end: a renewed one lies beside the one before. */
final class LatestOfName {
    private record Place(String name, KeyAlgorithm algorithm) {}

    private LatestOfName() {}

    /** The same in the same order, each with the names alone that it is the latest of; without those that have none left. */
    static List<KeyMaterial> of(List<KeyMaterial> keys) {
        Map<Place, Integer> latest = new HashMap<>();
        boolean twice = false;
        for (int i = 0; i < keys.size(); i++) {
            KeyMaterial key = keys.get(i);
            for (String name : key.serverNames()) {
                Place place = new Place(name, key.algorithm());
                @Nullable Integer other = latest.putIfAbsent(place, i);
                if (other != null) {
                    twice = true;
                    if (key.notAfter().isAfter(keys.get(other).notAfter())) {
                        latest.put(place, i);
                    }
                }
            }
        }
        return twice ? reduced(keys, latest) : keys;
    }

    private static List<KeyMaterial> reduced(List<KeyMaterial> keys, Map<Place, Integer> latest) {
        List<KeyMaterial> result = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            KeyMaterial key = keys.get(i);
            int index = i;
            List<String> names = key.serverNames().stream()
                    .filter(name -> Objects.equals(latest.get(new Place(name, key.algorithm())), index))
                    .toList();
            if (names.size() == key.serverNames().size()) {
                result.add(key);
            } else if (!names.isEmpty()) {
                result.add(key.withServerNames(names));
            }
        }
        return result;
    }
}
