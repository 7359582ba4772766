package io.sallyport.cli;

import io.sallyport.config.value.HostPort;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A host and a TCP port. */
final class AddressConverter implements ITypeConverter<HostPort> {

    @Override
    public HostPort convert(String text) {
        try {
            return HostPort.parse(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException("\"" + text + "\" (expected: " + HostPort.RULE + ")");
        }
    }
}
