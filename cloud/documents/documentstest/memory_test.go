package documentstest_test

import (
	"testing"

	"gatehouse/cloud/documents/documentstest"
)

func TestMemoryConforms(t *testing.T) {
	memory := documentstest.NewMemory()
	documentstest.Conform(t, func() *documentstest.Memory { return memory }, func(*documentstest.Memory) {})
}

func TestACloneGoesItsOwnWay(t *testing.T) {
	memory := documentstest.NewMemory()
	clone := memory.Clone()
	if done, err := memory.PutDocument(t.Context(), "", "k", "", 0, []byte("v")); !done || err != nil {
		t.Error(done, err)
	}
	err := clone.EachDocument(t.Context(), "k", func(string, string, int64, []byte) error { t.Error("it is in the clone"); return nil })
	if err != nil {
		t.Error(err)
	}
}
