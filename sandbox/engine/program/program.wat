;; The template of a program component: a compiled strategy (bytecode for one engine)
;; and its metadata as JSON. src/sandbox/program.ts replaces the core module's memory and data:
;; first the two results (pointer and length each), then their bytes.
(component
  (core module $code
    (memory (export "memory") 1)
    (func (export "program") (result i32) (i32.const 0))
    (func (export "metadata") (result i32) (i32.const 8))
    (data (i32.const 0) "\00"))
  (core instance $code (instantiate $code))
  (alias core export $code "memory" (core memory $memory))
  (func $program (result (list u8))
    (canon lift (core func $code "program") (memory $memory)))
  (func $metadata (result string)
    (canon lift (core func $code "metadata") (memory $memory) string-encoding=utf8))
  (export "program" (func $program))
  (export "metadata" (func $metadata)))
