(from_instruction) @stage
