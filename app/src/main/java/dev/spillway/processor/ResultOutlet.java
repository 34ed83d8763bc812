package dev.spillway.processor;

import dev.spillway.sink.Delivery;
import dev.spillway.sink.Output;
import dev.spillway.sink.OutputTooLargeException;
import dev.spillway.sink.Piece;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The outlet of the last stage, or of the only one: results are published. */
final class ResultOutlet extends Outlet {
    ResultOutlet(@Nullable String stage) {
        super(stage);
    }

    @Override
    boolean processed(Delivery delivery, List<Output> outputs) throws OutputTooLargeException {
        if (delivery instanceof Piece piece) {
            piece.pass(outputs, ProcessorContext.MAX_RESULTS, ProcessorContext.MAX_RESULT_BYTES);
            return false;
        }
        return delivery.run().publisher().decideProcessed(delivery, outputs);
    }
}
