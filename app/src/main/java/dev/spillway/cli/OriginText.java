package dev.spillway.cli;

import dev.spillway.ledger.Origin;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** An origin as tombstones and dead letters have it: {@code orders-3@17}. */
final class OriginText implements ITypeConverter<Origin> {
    @Override
    public Origin convert(String text) {
        return Origin.parse(text.strip())
                .orElseThrow(() -> new TypeConversionException("'" + text
                        + "' is no origin: use topic-partition@offset as the header spillway.origin has it, e.g."
                        + " orders-3@17"));
    }
}
