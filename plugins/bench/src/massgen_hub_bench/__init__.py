"""`massgen-hub bench`: simulated electorates, recorded answers, your own questions. Registers no hook: it is a verb."""
